/* SPDX-License-Identifier: MIT */
/* Chooses the next run that reduces the uncertainty at a place most: a cheap one where the models differ in the same way. */
#ifndef MW_COLLECTOR_SCALE_ADVICE_H
#define MW_COLLECTOR_SCALE_ADVICE_H

#include "collector/scale/study.h"

struct mw_advice {
    bool found;
    double n, s; /* the run */
    bool has_band;
    struct mw_fit_band band; /* predictions of the models for the fullest rank there */
};

/* For a prediction of the fullest rank at (n, s). */
void mw_advice_find(struct mw_advice *advice, const struct mw_study *study, double n, double s);

#endif
