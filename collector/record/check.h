/* SPDX-License-Identifier: MIT */
/* Validates an untrusted model. */
#ifndef MW_COLLECTOR_RECORD_CHECK_H
#define MW_COLLECTOR_RECORD_CHECK_H

#include "collector/base/err.h"
#include "collector/model/model.h"

/* Checks that every index is in range, that chains of parents and inlined places end, and the other assumptions of reports.
 * Returns 0, or -1 with a line in err. */
int mw_record_check(const struct mw_model *model, struct mw_err *err);

#endif
