/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/counters.h"

#include "pmpi/measure/meter.h"
#include "pmpi/rank/rank.h"

#define LARGE_ERROR (1ULL << 20)

void mw_counters_check(void)
{
    struct mw_cost *cost = mw_rank.journal.cost;
    uint64_t difference;

    if ((cost->checks && cost->error_bytes < LARGE_ERROR) || !mw_meter_check(&difference))
        return;
    cost->checks++;
    if (cost->checked_bytes < difference)
        cost->checked_bytes = difference;
    if (cost->error_bytes < difference)
        cost->error_bytes = difference;
}
