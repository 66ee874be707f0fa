/* SPDX-License-Identifier: MIT */
#include "collector/model/reading_error.h"

/* If none of n comparisons found a larger error, then with 95 % confidence fewer than 3 / n of all readings have one. */
#define MIN_CHECKS 16
#define MULTIPLE 2
#define MIN_BYTES (1ull << 20) /* above the error of any kernel's counter on a small machine */

uint64_t mw_reading_error_likely(const struct mw_model_cost *cost)
{
    uint64_t likely = cost->checked_bytes_max > UINT64_MAX / MULTIPLE ? UINT64_MAX : MULTIPLE * cost->checked_bytes_max;

    likely = likely < MIN_BYTES ? MIN_BYTES : likely;
    return cost->checks < MIN_CHECKS || likely > cost->error_bytes_max ? cost->error_bytes_max : likely;
}

uint64_t mw_reading_error_of(const struct mw_model *model, const struct mw_model_rank *rank)
{
    uint64_t likely = mw_reading_error_likely(&model->cost);

    return likely < rank->error_bytes ? likely : rank->error_bytes;
}

uint64_t mw_reading_error_sum(const struct mw_model *model)
{
    uint64_t likely = mw_reading_error_likely(&model->cost), sum;

    if (likely >= model->cost.error_bytes_max || __builtin_mul_overflow(likely, model->rank_count, &sum))
        return model->peak.error_bytes;
    return sum < model->peak.error_bytes ? sum : model->peak.error_bytes;
}
