/* SPDX-License-Identifier: MIT */
/* Which rank a process is going to be: what its job launcher has told it (collector/base/launch_variables.h). */
#ifndef MW_LAUNCHER_SAMPLE_LAUNCH_RANK_H
#define MW_LAUNCHER_SAMPLE_LAUNCH_RANK_H

#include <stddef.h>
#include <stdint.h>

/* The rank number in the `size` bytes of the environment that a process was started with (/proc/PID/environ), strings behind
 * each other with their NULs; -1 when it has none. A variable that this process has itself with the same value does not
 * count: it comes from a batch system, and everything below us has it. `own` returns a variable of this process, as getenv()
 * does. */
int32_t mw_launch_rank_parse(const char *environment, size_t size, char *(*own)(const char *name));

#endif
