/* SPDX-License-Identifier: MIT */
/* The probability of each model of the family, given the runs. */
#ifndef MW_COLLECTOR_SCALE_FIT_WEIGH_H
#define MW_COLLECTOR_SCALE_FIT_WEIGH_H

#include "collector/scale/fit_model.h"

/* The runs, and workspace. Owned by the caller. */
struct mw_fit_problem {
    const struct mw_lapack *lapack;
    const struct mw_fit_point *points;
    size_t count;
    size_t places; /* different ones */
    struct mw_fit_prior prior;
    double noise;          /* known noise of one reading, in units of mw_fit_noise_of(&prior.noise) */
    double *y;             /* bytes in these units */
    double *matrix, *work; /* count * MW_SQUARES_COLUMNS each */
};

/* Fills fit->models with the most likely ones; the sum of their weights is 1. Reads fit->varies_n, varies_s, knows_n,
 * n_min. */
void mw_fit_weigh_all(struct mw_fit *fit, const struct mw_fit_problem *problem);

/* Whether each term adds memory. (The last one may be slightly negative, within its error.) */
bool mw_fit_weigh_is_positive(const struct mw_fit_model *model);

/* The number of terms that are steps below a plateau. */
size_t mw_fit_weigh_steps(const struct mw_fit_model *model);

#endif
