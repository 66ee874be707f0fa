/* SPDX-License-Identifier: MIT */
/* What a fit is made of: the measured points, a model of them, and all models that explain them. */
#ifndef MW_COLLECTOR_SCALE_FIT_MODEL_H
#define MW_COLLECTOR_SCALE_FIT_MODEL_H

#include "collector/scale/law.h"
#include "collector/scale/squares.h"

#include <stdbool.h>
#include <stddef.h>

struct mw_fit_point {
    double n, s;  /* s is 1 where there is no other parameter */
    double bytes;
    double part_of; /* what a model's errors are a share of: `bytes`, or what they are a part of */
};

/* One model with what it needs to predict. */
struct mw_fit_model {
    struct mw_law_term terms[MW_SQUARES_COLUMNS];
    size_t term_count;
    double from_n;             /* a plateau holds for as many ranks and more: fewer are another matter; 0: for all */
    struct mw_squares squares; /* in units of noise; coefs[] are bytes */
    double weight;             /* how likely it is; all models together have 1 */
    double sigma;              /* of one reading, in units of noise, with so many degrees of freedom: */
    size_t freedom;
    double last, last_spread;  /* squares.q of the last term, which must not be negative: its mean, and its standard deviation
                                  in units of sigma */
    double off;                /* leave-one-out: how far each run is from what the others predict, as a share of the bytes */
};

enum mw_fit_verdict {
    MW_FIT_GOOD,
    MW_FIT_TOO_FEW,       /* runs */
    MW_FIT_CONTRADICTING, /* the same run gave very different numbers */
    MW_FIT_UNEXPLAINED,   /* no model of the family comes near */
};

#define MW_FIT_MODELS 40

struct mw_fit {
    enum mw_fit_verdict verdict;
    char why[200];             /* unless GOOD */
    struct mw_fit_model best;
    struct mw_fit_model models[MW_FIT_MODELS]; /* the most likely ones, `best` among them, by weight */
    size_t model_count;
    bool varies_n, varies_s;   /* at all */
    bool knows_n, knows_s;     /* enough to show what a dependence is like elsewhere */
    double n_min, n_max, s_min, s_max; /* that were measured */
};

/* The standard deviation of a reading of so many bytes that is expected before anything was measured. */
double mw_fit_noise(double bytes);

/* What a model says of a place, in bytes. */
double mw_fit_value(const struct mw_fit_model *model, double n, double s);

#endif
