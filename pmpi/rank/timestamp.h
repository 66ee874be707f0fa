/* SPDX-License-Identifier: MIT */
/* The time of a boundary. One that is measured looks at the clock; one that is only counted must not, since that costs as
 * much as all the rest of it, and asks for the time of the kernel's last tick instead (CLOCK_MONOTONIC_COARSE, 1 to 10 ms
 * old: a few ns).
 *
 * The length of a stretch is the difference of two clocks, or of two ticks. The latter is 0 for nearly all short
 * stretches and a whole tick for the few during which one came: wrong for each, but right in the sum of many. */
#ifndef MW_PMPI_RANK_TIMESTAMP_H
#define MW_PMPI_RANK_TIMESTAMP_H

#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_timestamp {
    uint64_t ns;    /* later than every moment before it, and no later than the clock; on the axis of CLOCK_MONOTONIC */
    uint64_t tick;  /* the kernel's last one, ns on the same axis */
    bool exact;     /* ns is the clock's */
};

/* Both are taken under the rank's lock. A moment in which 1 ns is added takes longer than that. */
static inline struct mw_timestamp mw_timestamp_coarse(void)
{
    uint64_t tick = mw_clock_read(CLOCK_MONOTONIC_COARSE);

    mw_rank.last_timestamp = tick > mw_rank.last_timestamp ? tick : mw_rank.last_timestamp + 1;
    return (struct mw_timestamp){mw_rank.last_timestamp, tick, false};
}

/* In a sandbox as counted: where the kernel keeps time by a slow device, the exact clock takes a system call. */
static inline struct mw_timestamp mw_timestamp_exact(void)
{
    uint64_t tick = mw_clock_read(CLOCK_MONOTONIC_COARSE);

    if (mw_syscalls_are_over())
        return mw_timestamp_coarse();
    return (struct mw_timestamp){mw_rank.last_timestamp = mw_clock_now(), tick, true};
}

static inline uint64_t mw_timestamp_since(const struct mw_timestamp *now, const struct mw_timestamp *begin)
{
    return now->exact && begin->exact ? now->ns - begin->ns : now->tick - begin->tick;
}

#endif
