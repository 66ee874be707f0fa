/* SPDX-License-Identifier: MIT */
/* How a number of bytes depends on the number of ranks n and on one other parameter s: models in the performance model
 * normal form (a constant and up to two terms of law.h, or three steps of a plateau, with a positive weight each; memory is
 * never negative).
 *
 * A few runs rarely determine one model. So every model of the family gets a weight: by how well it explains the runs, how
 * simple it is, and how common its laws are. The most likely one gives the formula and the prediction; the band is that of
 * all models together (Bayesian model averaging), and widens where they differ, that is, with the distance from the runs.
 *
 * If the number of ranks changes the setup (libraries may use other algorithms for few ranks), a plateau is a model as well:
 * constant on the larger numbers of ranks, different on the smallest. */
#ifndef MW_COLLECTOR_SCALE_FIT_H
#define MW_COLLECTOR_SCALE_FIT_H

#include "collector/scale/fit_model.h"

#include <stdbool.h>
#include <stddef.h>

/* Finds the models. `name_s` is the user's name of the parameter, for `why`; NULL without one. */
void mw_fit_make(struct mw_fit *fit, const struct mw_lapack *lapack, const struct mw_fit_point *points, size_t count,
                 const char *name_s, const struct mw_fit_prior *prior);

/* ---- predictions: fit_predict.c ---- */

/* Whether there is a prediction for a place, or the reason why not. */
enum mw_fit_reach {
    MW_FIT_REACHED,
    MW_FIT_NO_MODEL,
    MW_FIT_N_FIXED, /* n was not varied enough, and the place has another n */
    MW_FIT_S_FIXED,
    MW_FIT_N_BELOW, /* the model is of a plateau that begins on more ranks */
    MW_FIT_N_FAR,   /* too far outside the range of n */
    MW_FIT_S_FAR,
    MW_FIT_VAGUE /* the band is too wide to be useful (never from mw_fit_reach(), which does not compute it) */
};

enum mw_fit_reach mw_fit_reach(const struct mw_fit *fit, double n, double s);

/* The largest value that can be predicted from a range: d doublings within the runs allow d * (1 + d) beyond them. A range
 * of 1.6 allows 2.2 times its largest value, 2 allows 4 times, 4 allows 64 times. */
double mw_fit_carries(double least, double most);

/* A prediction with its band, which contains 95 % of new runs. Bytes, never negative. */
struct mw_fit_band {
    double bytes, low, high;
};

/* Only for a GOOD fit. */
struct mw_fit_band mw_fit_predict(const struct mw_fit *fit, const struct mw_lapack *lapack, double n, double s);

/* Whether a band is too wide to be useful: its ends differ by more than a factor of 4. */
bool mw_fit_is_vague(struct mw_fit_band band);

/* The estimate of one model for a place: a mean, and its components (from mw_squares_project()) with the scale of each, in
 * bytes. */
struct mw_fit_estimate {
    double mean, parts[MW_SQUARES_COLUMNS];
};

/* Returns false without an estimate. */
bool mw_fit_estimate(struct mw_fit_estimate *estimate, const struct mw_fit_model *model, const struct mw_lapack *lapack,
                     double n, double s);

/* "6.1 MiB + 48.2 MiB / n + 96 B · size / n". Returns text. */
const char *mw_fit_formula(char *text, size_t size, const struct mw_fit_model *model, const char *name_s);

#endif
