/* SPDX-License-Identifier: MIT */
/* How long a child has taken: the time that it ran, slept or was blocked, but not the time that it waited for a core. On a
 * crowded machine a limit by the wall clock would cut off a child that works as it should. */
#ifndef MW_COLLECTOR_BASE_CHILD_TIME_H
#define MW_COLLECTOR_BASE_CHILD_TIME_H

#include <stdint.h>
#include <sys/types.h>

#define MW_CHILD_TIME_STEP_NS 100000000ULL

struct mw_child_time {
    pid_t pid;
    uint64_t taken_ns;        /* up to the last mw_child_time_note() */
    uint64_t wall_ns, cpu_ns; /* then */
};

/* Starts at 0 now. */
void mw_child_time_start(struct mw_child_time *time, pid_t pid);

/* Adds what has passed since the last time: all of it, unless the child is runnable, which is then charged the CPU time
 * that it got. To be called about every MW_CHILD_TIME_STEP_NS: of a much longer step the rest was ours. Returns taken_ns. */
uint64_t mw_child_time_note(struct mw_child_time *time);

#endif
