/* SPDX-License-Identifier: MIT */
/* How and in which order ranks, and processes that are to become ranks, ended. */
#ifndef MW_LAUNCHER_SAMPLE_ENDS_H
#define MW_LAUNCHER_SAMPLE_ENDS_H

#include "launcher/sample/state.h"

#include <stdbool.h>

/* Notes in the view which watched processes have begun to exit, or have ended, since the last call. Inexpensive: also called
 * during long operations, so that the order of deaths is seen. Returns whether one has ended. */
bool mw_ends_take(struct mw_sampler *sampler);

#endif
