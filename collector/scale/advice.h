/* SPDX-License-Identifier: MIT */
/* Which further run would say most about a place: one where the models part as they do there, and that is cheap. */
#ifndef MW_COLLECTOR_SCALE_ADVICE_H
#define MW_COLLECTOR_SCALE_ADVICE_H

#include "collector/scale/study.h"

struct mw_advice {
    bool found;
    double n, s;             /* the run */
    bool has_band;
    struct mw_fit_band band; /* what the models say of the fullest rank there */
};

/* For a prediction of the fullest rank at (n, s). */
void mw_advice_find(struct mw_advice *advice, const struct mw_study *study, double n, double s);

#endif
