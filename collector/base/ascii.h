/* SPDX-License-Identifier: MIT */
/* A report in ASCII, for LC_ALL=C: each sign is replaced by one of as many columns, so that tables keep their form. */
#ifndef MW_COLLECTOR_BASE_ASCII_H
#define MW_COLLECTOR_BASE_ASCII_H

#include <stdbool.h>
#include <stdio.h>

/* Whether the user wants only ASCII: LC_ALL is C or POSIX. Without that variable the signs are printed in every locale, since many
 * batch jobs have none. */
bool mw_ascii_is_wanted(void);

/* Writes text with ">=" for "≥ ", "->" for " →", "#" for a bar, and "?" for what has no replacement. */
void mw_ascii_put(FILE *out, const char *text);

/* Text that goes to `out` in ASCII, at its end; at once and as it is if not `wanted`, or if there is no memory. */
struct mw_ascii {
    FILE *stream; /* to write to */
    FILE *out;
    struct mw_ascii_text *text; /* what was written to the stream; NULL if that is `out` */
};
struct mw_ascii mw_ascii_begin(FILE *out, bool wanted);
void mw_ascii_end(struct mw_ascii *ascii);

#endif
