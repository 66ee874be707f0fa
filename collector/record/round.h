/* SPDX-License-Identifier: MIT */
/* Rounds means and shares to the precision of a record, so that a report from the record is the same as one without it. */
#ifndef MW_COLLECTOR_RECORD_ROUND_H
#define MW_COLLECTOR_RECORD_ROUND_H

#include "collector/model/model.h"

void mw_record_round(struct mw_model *model);

#endif
