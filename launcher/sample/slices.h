/* SPDX-License-Identifier: MIT */
/* The sampled sum of RSS over time, in a fixed number of slices: a long run has longer ones, and no peak is lost. */
#ifndef MW_LAUNCHER_SAMPLE_SLICES_H
#define MW_LAUNCHER_SAMPLE_SLICES_H

#include "collector/view/view.h"

#include <stdint.h>

/* For a view with room for MW_VIEW_FILE_SLICES slices, which are zero. */
void mw_slices_begin(struct mw_view *view);

/* Adds a sample: `sum` bytes in `processes` processes at time `now` (ns, not before view->begin_ns). Updates the view's largest
 * sum as well. */
void mw_slices_add(struct mw_view *view, uint64_t now, uint64_t sum, uint32_t processes);

#endif
