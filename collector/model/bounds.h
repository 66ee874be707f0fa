/* SPDX-License-Identifier: MIT */
/* How much the job can have had at one moment, at most: from what each process had when.
 *
 * Every rank's timeline never is too low in any slice (struct mw_tick), and every other process has its peak. Laid on
 * one grid of time and added up cell by cell, the largest cell is an upper bound, and a tighter one than the sum of
 * all peaks.
 */
#ifndef MW_COLLECTOR_MODEL_BOUNDS_H
#define MW_COLLECTOR_MODEL_BOUNDS_H

#include "collector/model/model.h"

struct mw_bounds;

/* Ranks (but for their details), processes, hosts and the job's times must be there. */
struct mw_bounds *mw_bounds_create(struct mw_model *model);

/* Adds a rank, whose phases and ticks must be there. */
void mw_bounds_add_rank(struct mw_bounds *bounds, uint32_t rank);

/* Adds the other processes, fills model->bounds, model->peak.upper, .upper_*, .error_bytes, .sum_of_peaks and each host's
 * upper bound, and frees `bounds`. */
void mw_bounds_finish(struct mw_bounds *bounds);

#endif
