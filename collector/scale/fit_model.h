/* SPDX-License-Identifier: MIT */
/* The data of a fit: the measured points, a model, and all models that explain the points. */
#ifndef MW_COLLECTOR_SCALE_FIT_MODEL_H
#define MW_COLLECTOR_SCALE_FIT_MODEL_H

#include "collector/scale/law.h"
#include "collector/scale/squares.h"

#include <stdbool.h>
#include <stddef.h>

struct mw_fit_point {
    double n, s; /* s is 1 without a parameter */
    double bytes;
    double part_of; /* base of relative errors: `bytes`, or the total that they are part of */
};

/* The standard deviation of a reading that is expected before any measurement: `bytes` + `share` * size, and of estimates from
 * a sample `root` * sqrt(size) on top. */
struct mw_fit_noise {
    double bytes, share, root;
};

/* What is known of a quantity before any measurement; all zero is a peak of RSS. */
struct mw_fit_prior {
    bool levels_off; /* a plateau is likely, as for the memory of MPI_Init */
    bool is_part;    /* of a process: no constant is expected, unlike of a whole process, which has some base memory */
    struct mw_fit_noise noise; /* all zero: mw_fit_noise_rss */
};

extern const struct mw_fit_noise mw_fit_noise_rss;

/* A model with the data for predictions. */
struct mw_fit_model {
    struct mw_law_term terms[MW_SQUARES_COLUMNS];
    size_t term_count;
    double from_n;             /* minimum number of ranks of a plateau; 0: valid for all */
    struct mw_squares squares; /* in units of noise; coefs[] are bytes */
    double weight;             /* its probability; the sum over all models is 1 */
    double sigma;              /* of one reading, in units of noise, with so many degrees of freedom: */
    size_t freedom;
    double last, last_spread; /* squares.q of the last term, which must not be negative: its mean, and its standard deviation
                                  in units of sigma */
    double off; /* leave-one-out: deviation of each run from the prediction of the others, as a share of the bytes */
};

enum mw_fit_verdict {
    MW_FIT_GOOD,
    MW_FIT_TOO_FEW,       /* runs */
    MW_FIT_CONTRADICTING, /* repeated runs have very different numbers */
    MW_FIT_UNEXPLAINED,   /* no model of the family fits */
    MW_FIT_GONE,          /* not measured in the largest runs (set by a study for its lines) */
};

#define MW_FIT_MODELS 40

struct mw_fit {
    enum mw_fit_verdict verdict;
    char why[200]; /* unless GOOD */
    struct mw_fit_model best;
    struct mw_fit_model models[MW_FIT_MODELS]; /* the most likely ones, `best` among them, by weight */
    size_t model_count;
    bool varies_n, varies_s;           /* at all */
    bool knows_n, knows_s;             /* enough values for predictions at other values */
    double n_min, n_max, s_min, s_max; /* that were measured */
    struct mw_fit_noise noise;
};

/* The noise of a reading of that size, in bytes: of RSS, and in general. */
double mw_fit_noise(double bytes);
double mw_fit_noise_of(const struct mw_fit_noise *noise, double bytes);

/* The value of a model at a place, in bytes. */
double mw_fit_value(const struct mw_fit_model *model, double n, double s);

#endif
