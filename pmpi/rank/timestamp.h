/* SPDX-License-Identifier: MIT */
/* Timestamps of boundaries. A measured boundary reads the exact clock. A counted one does not, since that costs as
 * much as all the rest of it; it reads CLOCK_MONOTONIC_COARSE (a few ns), the time of the kernel's last tick, 1 to
 * 10 ms ago.
 *
 * The length of an interval is the difference of two exact times, or of two ticks. The latter is 0 for most short
 * intervals, and a whole tick for the few in which a tick falls: wrong for each, but right on average over many. */
#ifndef MW_PMPI_RANK_TIMESTAMP_H
#define MW_PMPI_RANK_TIMESTAMP_H

#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_timestamp {
    uint64_t ns;   /* later than all timestamps before it, and not later than the clock; CLOCK_MONOTONIC */
    uint64_t tick; /* time of the kernel's last tick, ns, CLOCK_MONOTONIC */
    bool exact;    /* `ns` was read from the exact clock */
};

/* Callers of both functions hold the rank's lock. Adding 1 ns keeps timestamps in order, and never passes the clock,
 * since a call takes longer than that. */
static inline struct mw_timestamp mw_timestamp_coarse(void)
{
    uint64_t tick = mw_clock_read(CLOCK_MONOTONIC_COARSE);

    mw_rank.last_timestamp = tick > mw_rank.last_timestamp ? tick : mw_rank.last_timestamp + 1;
    return (struct mw_timestamp){mw_rank.last_timestamp, tick, false};
}

/* Coarse in a sandbox: with a slow clock source, reading the exact clock takes a system call. */
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
