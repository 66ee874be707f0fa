/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/merge/made_heap_job.h"

#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

struct mw_model *made_heap_job(int ranks)
{
    return merged_job(synthetic_heap_job, ranks, false);
}

int64_t made_heap_sum(const struct mw_model_heap *heap)
{
    int64_t sum = 0;

    for (int i = 0; i < MW_HEAP_ROWS; i++)
        sum += heap->rows[i];
    return sum;
}
