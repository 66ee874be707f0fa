/* SPDX-License-Identifier: MIT */
/* Draws the verdict on a run from its model. */
#ifndef MW_COLLECTOR_VERDICT_VERDICT_H
#define MW_COLLECTOR_VERDICT_VERDICT_H

#include "collector/model/model.h"

/* Sets model->verdict, and that of each of its jobs; replaces what was there. The sentences belong to the model. */
void mw_verdict_make(struct mw_model *model);

#endif
