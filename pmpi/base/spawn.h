/* SPDX-License-Identifier: MIT */
/* Starts a process that the program does not notice: no SIGCHLD, no child that its wait() could reap, no zombie, and no
 * handler of fork(). It gets default signal dispositions, and none blocked. */
#ifndef MW_PMPI_BASE_SPAWN_H
#define MW_PMPI_BASE_SPAWN_H

#include <stdbool.h>

#include <stdint.h>

#define MW_SPAWN_FDS 4

struct mw_spawn {
    const char *path;      /* the program's */
    char *const *argv;
    char *const *envp;
    const char *directory; /* to change to; NULL: none */
    int fds[MW_SPAWN_FDS]; /* what becomes its descriptors 0 to 3; -1: /dev/null, and 3 is closed */
};

/* Starts it in a session of its own, with no other descriptor, and leaves it alone. Returns 0, or -1 with errno when it
 * could not be executed. */
int mw_spawn_apart(const struct mw_spawn *spawn);

/* Runs it to its end; the calling thread stands still meanwhile. After `limit_ns` nanoseconds it is killed. Returns its
 * exit status, or -1 when it could not be executed, was killed, or died. */
int mw_spawn_run(const struct mw_spawn *spawn, uint64_t limit_ns);

/* The environment without what would make a child a part of the job: the preload and, with `all`, what is said to
 * memwatch. The array is the caller's to free, the strings are not. NULL: out of memory. */
char **mw_spawn_environment(bool all);

#endif
