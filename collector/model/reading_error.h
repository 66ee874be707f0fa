/* SPDX-License-Identifier: MIT */
/* How far the kernel's counters are off: at most, by their design, and as a rule. */
#ifndef MW_COLLECTOR_MODEL_READING_ERROR_H
#define MW_COLLECTOR_MODEL_READING_ERROR_H

#include "collector/model/model.h"

/* What a difference between two runs must be larger than, in bytes, for one rank's reading. By design a counter may be off by
 * hundreds of MiB on a machine with 128 CPUs (cost.error_bytes_max), with which nothing could be compared; where the ranks
 * have compared theirs with a count of the pages often enough, it is a multiple of what they found. For bounds and limits
 * only the former is right. */
uint64_t mw_reading_error_likely(const struct mw_model_cost *cost);

/* The same of a rank that may have a smaller bound than others. */
uint64_t mw_reading_error_of(const struct mw_model *model, const struct mw_model_rank *rank);

/* Of the sum of all ranks' readings. */
uint64_t mw_reading_error_sum(const struct mw_model *model);

#endif
