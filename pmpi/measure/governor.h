/* SPDX-License-Identifier: MIT */
/* Decides which boundaries are measured, so that measuring stays within its share of the run.
 *
 * No peak is lost by not measuring: the kernel's mark stands until the next measured boundary. Only the place of a
 * peak gets coarser. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_GOVERNOR_H
#define MW_PMPI_MEASURE_GOVERNOR_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* `budget_ppm`: share of the time since `now` that measuring may take, in millionths; `exact`: measure all. */
void mw_governor_start(uint64_t now, uint32_t budget_ppm, bool exact);

/* What the decision is made of. */
struct mw_governor {
    uint64_t affordable_ns; /* before this time the budget is used up */
    uint64_t first_calls;   /* of each site, which are always measured; all of them: UINT64_MAX */
    uint16_t watched[MW_RECORD_SITES]; /* calls of a site that are still to be measured, whatever the budget */
};

extern struct mw_governor mw_governor;

/* Is this call of a site to be measured? `measured`: how many of its calls were. */
static inline bool mw_governor_allows(uint64_t now, uint32_t site, uint64_t measured)
{
    if (measured < mw_governor.first_calls)
        return true;
    if (!mw_governor.watched[site])
        return now >= mw_governor.affordable_ns;
    mw_governor.watched[site]--;
    return true;
}

/* The same for the boundary of a phase that the user named. */
bool mw_governor_allows_phase(uint64_t now, uint64_t visits);

/* A measured boundary took so long by the clock; of a preemption meanwhile nothing is booked (pmpi/measure/estimate.h). `asked`:
 * what was asked of the kernel, MW_METER_*: boundaries are compared with those that asked the same. */
void mw_governor_spent(uint64_t ns, unsigned queries);

/* The same for the boundary of a phase that the user named. */
void mw_governor_spent_on_phase(uint64_t ns, unsigned queries);

/* Allows nothing any more. */
void mw_governor_stop(void);

/* Measures the next calls of a site whatever the budget: a spike was seen near it. */
void mw_governor_watch(uint32_t site);

/* The same for the next `calls` of them. */
void mw_governor_watch_for(uint32_t site, uint16_t calls);

#endif
