/* SPDX-License-Identifier: MIT */
/* The time axis of a host: CLOCK_MONOTONIC, in nanoseconds. */
#ifndef MW_COLLECTOR_BASE_CLOCK_H
#define MW_COLLECTOR_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define MW_NS_PER_SEC 1000000000ULL
#define MW_NS_PER_MS 1000000ULL

static inline uint64_t mw_clock_read(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t); /* cannot fail for the clocks used here */
    return (uint64_t)t.tv_sec * MW_NS_PER_SEC + (uint64_t)t.tv_nsec;
}

/* Nanoseconds since boot; the same axis for every process of a host. */
static inline uint64_t mw_clock_now(void)
{
    return mw_clock_read(CLOCK_MONOTONIC);
}

/* CPU time of this thread in nanoseconds: what its work costs, without the time that it waits for a processor or a disk. */
static inline uint64_t mw_clock_cpu(void)
{
    return mw_clock_read(CLOCK_THREAD_CPUTIME_ID);
}

/* Nanoseconds since 1970 (UTC). Used only for calendar dates. */
static inline uint64_t mw_clock_wall(void)
{
    return mw_clock_read(CLOCK_REALTIME);
}

#endif
