/* SPDX-License-Identifier: MIT */
/* Errors of the kernel's counters: the maximum by design, and the likely one. */
#ifndef MW_COLLECTOR_MODEL_READING_ERROR_H
#define MW_COLLECTOR_MODEL_READING_ERROR_H

#include "collector/model/model.h"

/* The noise of one rank's reading, in bytes; differences between two runs must be larger. By design a counter may be off by
 * hundreds of MiB on a machine with 128 CPUs (cost.error_bytes_max), too much for comparisons. If the ranks have compared
 * their counters with a count of the pages often enough, a multiple of the largest difference is used instead. Bounds and
 * limits must use the maximum by design. */
uint64_t mw_reading_error_likely(const struct mw_model_cost *cost);

/* The same for a rank that may have a smaller bound than others. */
uint64_t mw_reading_error_of(const struct mw_model *model, const struct mw_model_rank *rank);

/* The error of the sum of all ranks' readings. */
uint64_t mw_reading_error_sum(const struct mw_model *model);

#endif
