/* SPDX-License-Identifier: MIT */
#include "collector/base/child_time.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A step is longer only when this process waited for a core. */
#define STEP_MAX_NS (2 * MW_CHILD_TIME_STEP_NS)

/* CPU time of a process, in ns; 0 if unavailable. */
static uint64_t cpu_of(pid_t pid)
{
    clockid_t clock;

    return clock_getcpuclockid(pid, &clock) ? 0 : mw_clock_read(clock);
}

/* Whether it runs or waits for a core. */
static bool is_runnable(pid_t pid)
{
    char path[64], text[512];
    const char *name_end;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    if (mw_io_read_text(AT_FDCWD, path, text, sizeof(text)) <= 0)
        return false;
    name_end = strrchr(text, ')');
    return name_end && !strncmp(name_end, ") R", 3);
}

void mw_child_time_start(struct mw_child_time *time, pid_t pid)
{
    *time = (struct mw_child_time){.pid = pid, .wall_ns = mw_clock_now(), .cpu_ns = cpu_of(pid)};
}

uint64_t mw_child_time_note(struct mw_child_time *time)
{
    uint64_t wall = mw_clock_now(), cpu = cpu_of(time->pid);
    uint64_t passed = wall - time->wall_ns, ran = cpu > time->cpu_ns ? cpu - time->cpu_ns : 0;

    if (passed > STEP_MAX_NS)
        passed = STEP_MAX_NS;
    time->taken_ns += is_runnable(time->pid) && ran < passed ? ran : passed;
    time->wall_ns = wall;
    time->cpu_ns = cpu;
    return time->taken_ns;
}
