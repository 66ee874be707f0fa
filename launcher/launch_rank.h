/* SPDX-License-Identifier: MIT */
/* Which rank a process is going to be: the variables that job launchers set for the processes that they start. */
#ifndef MW_LAUNCHER_LAUNCH_RANK_H
#define MW_LAUNCHER_LAUNCH_RANK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The rank number in the environment that the process was started with (/proc/PID/environ); -1 when it has none, or
 * may not be read. A variable that this process has itself with the same value does not count: it comes from a batch
 * system, and everything below us has it. */
int32_t mw_launch_rank_read(int procfd, pid_t pid);

/* The number that such a variable has; -1: none of 0 or more. */
int32_t mw_launch_rank_number(const char *text);

/* The same of `size` bytes of an environment, strings behind each other with their NULs. `own` returns a variable of
 * this process, as getenv() does. */
int32_t mw_launch_rank_parse(const char *environment, size_t size, char *(*own)(const char *name));

#endif
