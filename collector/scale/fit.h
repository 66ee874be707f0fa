/* SPDX-License-Identifier: MIT */
/* How a number of bytes depends on the number of ranks n and on one other parameter s: models in the performance model normal
 * form (a constant and up to two terms of law.h, or three steps of a plateau, with a positive weight each; memory is never
 * taken away).
 *
 * A few runs seldom decide for one model. So every model of the family is weighed: by how well it explains the runs, by how
 * simple it is, and by how common its laws are. The most likely one gives the formula and the prediction; the band is that of
 * all of them together (Bayesian model averaging), and widens where they part: that is, with the distance from the runs.
 *
 * Where the number of ranks changes what is set up (libraries set up some things for a pair of ranks, others for more), a
 * plateau is a model as well: the same on the larger numbers of ranks, different on the smallest. */
#ifndef MW_COLLECTOR_SCALE_FIT_H
#define MW_COLLECTOR_SCALE_FIT_H

#include "collector/scale/fit_model.h"

#include <stdbool.h>
#include <stddef.h>

/* Finds the models. `name_s` is what the user calls the parameter, NULL without one: for `why`. `levels_off`: a plateau is
 * likely, as it is of what MPI_Init takes. */
void mw_fit_make(struct mw_fit *fit, const struct mw_lapack *lapack, const struct mw_fit_point *points, size_t count,
                 const char *name_s, bool levels_off);

/* ---- what a fit says elsewhere: fit_predict.c ---- */

/* Whether there is a prediction for a place, and why not. */
enum mw_fit_reach {
    MW_FIT_REACHED,
    MW_FIT_NO_MODEL,
    MW_FIT_N_FIXED, /* n was not varied enough, and is another one there */
    MW_FIT_S_FIXED,
    MW_FIT_N_BELOW, /* the model is of a plateau that begins on more ranks */
    MW_FIT_N_FAR,   /* beyond what the range of n carries */
    MW_FIT_S_FAR,
    MW_FIT_VAGUE    /* the band is too wide to be of use (never of mw_fit_reach(): it looks at no band) */
};

enum mw_fit_reach mw_fit_reach(const struct mw_fit *fit, double n, double s);

/* The largest value that a range carries: d doublings within the runs carry d * (1 + d) beyond them. A range of 1.6 carries
 * 2.2 times its largest value, one of 2 carries 4 times, one of 4 carries 64 times. */
double mw_fit_carries(double least, double most);

/* A prediction with its band: what holds 95 % of new runs. Bytes, never negative. */
struct mw_fit_band {
    double bytes, low, high;
};

/* Only of a GOOD one. */
struct mw_fit_band mw_fit_predict(const struct mw_fit *fit, const struct mw_lapack *lapack, double n, double s);

/* Is a band too wide to be of use? Its ends differ by more than a factor of 4. */
bool mw_fit_is_vague(struct mw_fit_band band);

/* One model's say of a place: a mean, and what it is made of (of mw_squares_project()), with the scale of each part, bytes. */
struct mw_fit_estimate {
    double mean, parts[MW_SQUARES_COLUMNS];
};

/* False where it says nothing. */
bool mw_fit_estimate(struct mw_fit_estimate *say, const struct mw_fit_model *model, const struct mw_lapack *lapack, double n, double s);

/* "6.1 MiB + 48.2 MiB / n + 96 B · size / n". Returns text. */
const char *mw_fit_formula(char *text, size_t size, const struct mw_fit_model *model, const char *name_s);

#endif
