/* SPDX-License-Identifier: MIT */
/* The rank that a process is going to be, from the variables that its job launcher sets
 * (collector/base/launch_variables.h). */
#ifndef MW_LAUNCHER_SAMPLE_LAUNCH_RANK_H
#define MW_LAUNCHER_SAMPLE_LAUNCH_RANK_H

#include <stddef.h>
#include <stdint.h>

/* The rank number in the `size` bytes of the initial environment of a process (/proc/PID/environ: NUL-terminated
 * strings); -1 if there is none. A variable that this process has with the same value does not count: it comes from a
 * batch system, and all descendants inherit it. `own` returns a variable of this process, like getenv(). */
int32_t mw_launch_rank_parse(const char *environment, size_t size, char *(*own)(const char *name));

#endif
