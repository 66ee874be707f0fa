/* SPDX-License-Identifier: MIT */
/* Is a model that came from outside sound? */
#ifndef MW_COLLECTOR_RECORD_CHECK_H
#define MW_COLLECTOR_RECORD_CHECK_H

#include "collector/base/err.h"
#include "collector/model/model.h"

/* Every index lies within what it points into, chains of parents and inlined places end, and what reports count on
 * holds. Returns 0, or -1 with a line in err. */
int mw_record_check(const struct mw_model *model, struct mw_err *err);

#endif
