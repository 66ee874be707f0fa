/* SPDX-License-Identifier: MIT */
/* How a number of bytes depends on the number of ranks n and on one other parameter s: the simplest of a small family of
 * models that explains what was measured, in the performance model normal form (a constant, and up to two terms
 * n^a log2(n)^b s^c log2(s)^d with a positive weight each; memory is never taken away).
 *
 * Where none explains all runs, a plateau may: what is the same on the larger numbers of ranks, and differs on the smallest
 * (libraries set up some things for a pair of ranks, others for more).
 *
 * Models are compared by leave-one-out cross-validation: how far each measurement is from what the others predict. All
 * of it is weighted by what a measurement of that size is good for (its noise). */
#ifndef MW_COLLECTOR_SCALE_FIT_H
#define MW_COLLECTOR_SCALE_FIT_H

#include "collector/scale/squares.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_fit_point {
    double n, s;  /* s is 1 where there is no other parameter */
    double bytes;
    double whole; /* what a model's errors are a share of: `bytes`, or what they are a part of */
};

/* One term; all zero is the constant. Powers are in sixths, so that they are exact. */
struct mw_fit_term {
    int8_t n_sixths, n_logs, s_sixths, s_logs;
};

/* One model with what it needs to predict. */
struct mw_fit_model {
    struct mw_fit_term terms[MW_SQUARES_COLUMNS];
    size_t term_count;
    double from_n;             /* it holds for as many ranks and more: fewer are another matter; 0: for all */
    struct mw_squares squares; /* in units of noise; coefs[] are bytes */
    double sigma;              /* half the width of the 95 % interval of one new reading, in units of noise */
    double score;              /* root mean square of the cross-validated residuals, in units of noise */
    double off;                /* the same as a share of the bytes */
};

enum mw_fit_verdict {
    MW_FIT_GOOD,
    MW_FIT_TOO_FEW,       /* runs */
    MW_FIT_CONTRADICTING, /* the same run gave very different numbers */
    MW_FIT_UNEXPLAINED,   /* no model of the family comes near */
};

#define MW_FIT_RIVALS 32

struct mw_fit {
    enum mw_fit_verdict verdict;
    char why[200];             /* unless GOOD */
    struct mw_fit_model best;
    struct mw_fit_model rivals[MW_FIT_RIVALS]; /* that are as simple, and explain the runs as well */
    size_t rival_count;
    bool knows_n, knows_s;     /* varied enough to tell */
    double n_min, n_max, s_min, s_max; /* that were measured */
};

/* A prediction with its band: what holds 95 % of new runs by the model, or by any of its rivals. Bytes, never negative. */
struct mw_fit_band {
    double bytes, low, high;
};

/* Finds the model. `name_s` is what the user calls the parameter, NULL without one: for `why`. */
void mw_fit_make(struct mw_fit *fit, const struct mw_lapack *lapack, const struct mw_fit_point *points, size_t count,
                 const char *name_s);

/* Can it tell of this place? Only along what was varied. */
bool mw_fit_reaches(const struct mw_fit *fit, double n, double s);

/* Only of a GOOD one. */
double mw_fit_value(const struct mw_fit_model *model, double n, double s);
struct mw_fit_band mw_fit_predict(const struct mw_fit *fit, const struct mw_lapack *lapack, double n, double s);

/* "6.1 MiB + 48.2 MiB / n + 96 B · size / n". Returns text. */
const char *mw_fit_formula(char *text, size_t size, const struct mw_fit_model *model, const char *name_s);

#endif
