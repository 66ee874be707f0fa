/* SPDX-License-Identifier: MIT */
/* Means and shares are rounded to what a record holds of them, so that a report of the record is the same as one without. */
#ifndef MW_COLLECTOR_RECORD_ROUND_H
#define MW_COLLECTOR_RECORD_ROUND_H

#include "collector/model/model.h"

void mw_record_round(struct mw_model *model);

#endif
