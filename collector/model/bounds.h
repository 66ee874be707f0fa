/* SPDX-License-Identifier: MIT */
/* The upper bound of the job's memory at any time, from the values of each process over time.
 *
 * A rank's timeline is never too low in any slice (struct mw_tick), and every other process has its peak. Both are added up
 * on one grid of time. The largest cell is an upper bound, and tighter than the sum of all peaks.
 */
#ifndef MW_COLLECTOR_MODEL_BOUNDS_H
#define MW_COLLECTOR_MODEL_BOUNDS_H

#include "collector/model/model.h"

struct mw_bounds;

/* Ranks (without details), processes, hosts and the job's times must be set. */
struct mw_bounds *mw_bounds_create(struct mw_model *model);

/* Adds a rank. Its phases and ticks must be loaded. */
void mw_bounds_add_rank(struct mw_bounds *bounds, uint32_t rank);

/* Adds the other processes, fills model->bounds, model->peak.upper, .upper_*, .error_bytes, .sum_of_peaks and each host's
 * upper bound, and frees `bounds`. */
void mw_bounds_finish(struct mw_bounds *bounds);

#endif
