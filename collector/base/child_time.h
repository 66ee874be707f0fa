/* SPDX-License-Identifier: MIT */
/* The time that a child process has used: running, sleeping and blocked time, without the time spent waiting for a core. On
 * a crowded machine a wall-clock limit would kill a child that makes progress. */
#ifndef MW_COLLECTOR_BASE_CHILD_TIME_H
#define MW_COLLECTOR_BASE_CHILD_TIME_H

#include <stdint.h>
#include <sys/types.h>

#define MW_CHILD_TIME_STEP_NS 100000000ULL

struct mw_child_time {
    pid_t pid;
    uint64_t taken_ns;        /* until the last mw_child_time_note() */
    uint64_t wall_ns, cpu_ns; /* at that time */
};

/* Starts at 0 now. */
void mw_child_time_start(struct mw_child_time *time, pid_t pid);

/* Adds the time since the last call; for a runnable child only the CPU time that it got. Call it about every
 * MW_CHILD_TIME_STEP_NS: the excess of a much longer step counts as the caller's own waiting. Returns taken_ns. */
uint64_t mw_child_time_note(struct mw_child_time *time);

#endif
