/* SPDX-License-Identifier: MIT */
/* How likely each model of the family is, given the runs. */
#ifndef MW_COLLECTOR_SCALE_FIT_WEIGH_H
#define MW_COLLECTOR_SCALE_FIT_WEIGH_H

#include "collector/scale/fit_model.h"

/* The runs, and room to work in. Belongs to the caller. */
struct mw_fit_problem {
    const struct mw_lapack *lapack;
    const struct mw_fit_point *points;
    size_t count;
    size_t places;  /* different ones */
    bool levels_off; /* a plateau is likely */
    double noise;   /* of one reading as far as it is known, in units of mw_fit_noise() */
    double *y;      /* bytes in these units */
    double *matrix, *work; /* count * MW_SQUARES_COLUMNS each */
};

/* Fills fit->models with the most likely ones; their weights are 1 together. Reads fit->varies_n, varies_s, knows_n, n_min. */
void mw_fit_weigh_all(struct mw_fit *fit, const struct mw_fit_problem *problem);

/* Does each term add memory? (The last one of some would take away, but may as well be too small to be seen.) */
bool mw_fit_weigh_is_positive(const struct mw_fit_model *model);

/* How many of its terms are steps below a plateau. */
size_t mw_fit_weigh_steps(const struct mw_fit_model *model);

#endif
