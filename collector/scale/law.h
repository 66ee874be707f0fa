/* SPDX-License-Identifier: MIT */
/* The terms of models, n^a log2(n)^b s^c log2(s)^d, and the prior probability of each; common laws come first: memory
 * divided among n ranks (s/n, s^2/n, s^3/n), its surface ((s/n)^(2/3), s^2/n^(2/3), (s/n)^(1/2), s/n^(1/2)), memory
 * replicated in each rank (s, s^2, s^3), tables of all ranks (n), trees (log n). */
#ifndef MW_COLLECTOR_SCALE_LAW_H
#define MW_COLLECTOR_SCALE_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One term; all zero is the constant. Powers are in sixths, so that they are exact. */
struct mw_law_term {
    int8_t n_sixths, n_logs, s_sixths, s_logs;
    double from_n, to_n; /* it is 0 on fewer and on more ranks; 0: everywhere */
};

struct mw_law {
    struct mw_law_term term;
    double prior; /* log probability, relative to the most likely ones (0) */
};

/* All terms except the constant. */
extern const struct mw_law mw_laws[];
extern const size_t mw_law_count;

/* Log probability of two of them together, relative to each alone. If s counts what is divided, nothing grows with its
 * square or cube; if s is the edge of a cube, its surface and its edge are likely terms. */
double mw_law_together(const struct mw_law *a, const struct mw_law *b);

double mw_law_value(const struct mw_law_term *term, double n, double s);
bool mw_law_is_constant(const struct mw_law_term *term);
bool mw_law_needs_n(const struct mw_law_term *term);
bool mw_law_needs_s(const struct mw_law_term *term);

/* Appends "48.0 MiB · size / n" to `text`. */
void mw_law_put(char *text, size_t size, const struct mw_law_term *term, double coef, const char *name_s);

#endif
