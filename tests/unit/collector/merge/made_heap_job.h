/* SPDX-License-Identifier: MIT */
/* A job whose heaps are recorded (synthetic_heap_job()), merged. */
#ifndef MW_TESTS_UNIT_COLLECTOR_MERGE_MADE_HEAP_JOB_H
#define MW_TESTS_UNIT_COLLECTOR_MERGE_MADE_HEAP_JOB_H

#include "collector/model/model.h"

#define KIB 1024ll
#define STATE_OWN (310 * KIB) /* of the library itself */

/* The job of this many ranks. */
struct mw_model *made_heap_job(int ranks);

/* The sum of all rows. */
int64_t made_heap_sum(const struct mw_model_heap *heap);

#endif
