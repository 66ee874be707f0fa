/* SPDX-License-Identifier: MIT */
/* Decides which boundaries are measured, so that measuring stays within its share of the run's time.
 *
 * Skipping a measurement loses no peak: the kernel's mark is kept until the next measured boundary. Only the place
 * of the peak gets coarser. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_GOVERNOR_H
#define MW_PMPI_MEASURE_GOVERNOR_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* `budget_ppm`: maximum share of the time since `now` for measuring, in ppm; `exact`: measure all boundaries. */
void mw_governor_start(uint64_t now, uint32_t budget_ppm, bool exact);

/* The state that decisions are based on. */
struct mw_governor {
    uint64_t affordable_ns;            /* until this time the budget is used up */
    uint64_t first_calls;              /* number of calls of each site that are always measured; UINT64_MAX: all */
    uint16_t watched[MW_RECORD_SITES]; /* by site: number of next calls that are measured whatever the budget */
};

extern struct mw_governor mw_governor;

/* Whether to measure this call of a site. `measured`: number of its calls measured so far. */
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

/* Charges a measured boundary that took `ns` nanoseconds by the clock; a preemption is not charged
 * (pmpi/measure/estimate.h). `queries`: the kernel queries made, MW_METER_*; the time is compared with that of
 * boundaries with the same queries. */
void mw_governor_spent(uint64_t ns, unsigned queries);

/* The same for the boundary of a phase that the user named. */
void mw_governor_spent_on_phase(uint64_t ns, unsigned queries);

/* Ends measuring. */
void mw_governor_stop(void);

/* Measures the next calls of a site whatever the budget, since a spike was seen in an interval with a call of it. */
void mw_governor_watch(uint32_t site);

/* Measures the next `calls` calls of a site whatever the budget. */
void mw_governor_watch_for(uint32_t site, uint16_t calls);

#endif
