/* SPDX-License-Identifier: MIT */
/* Starts a process without any effect on the program: no SIGCHLD, no child that its wait() could reap, no zombie, no
 * fork() handlers. The process has default signal dispositions and no blocked signals. Allocates; not for signal
 * handlers. */
#ifndef MW_PMPI_BASE_SPAWN_H
#define MW_PMPI_BASE_SPAWN_H

#include <stdbool.h>

#include <stdint.h>

#define MW_SPAWN_FDS 4

struct mw_spawn {
    const char *path; /* the program's */
    char *const *argv;
    char *const *envp;
    const char *directory; /* working directory; NULL: unchanged */
    int fds[MW_SPAWN_FDS]; /* become descriptors 0 to 3 of the process; -1: /dev/null for 0 to 2, closed for 3 */
};

/* Starts the process in a new session with no other descriptors, and does not wait for it. Returns 0, or -1 with
 * errno if it could not be executed. */
int mw_spawn_detached(const struct mw_spawn *spawn);

/* Runs the process and waits for its end; after `limit_ns` nanoseconds it is killed. Returns its exit status, or -1
 * if it could not be executed, was killed, or died. */
int mw_spawn_run(const struct mw_spawn *spawn, uint64_t limit_ns);

/* The environment without LD_PRELOAD and, with `all`, without MEMWATCH_* variables, so that the child does not count
 * as part of the job. The caller frees the array, but not the strings. NULL: out of memory. */
char **mw_spawn_environment(bool all);

#endif
