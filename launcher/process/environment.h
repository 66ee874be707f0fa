/* SPDX-License-Identifier: MIT */
/* The environment that a process was started with, from /proc/PID/environ. */
#ifndef MW_LAUNCHER_PROCESS_ENVIRONMENT_H
#define MW_LAUNCHER_PROCESS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Strings with their NULs, one after the other, on the heap. */
struct mw_environment {
    char *text;
    size_t size;
    bool complete; /* neither truncated nor overwritten by the process, for example with a title */
};

/* Returns 0, or -1 with errno if it may not be read. Call mw_environment_free() in both cases. */
int mw_environment_read(struct mw_environment *environment, int procfd, pid_t pid);
void mw_environment_free(struct mw_environment *environment);

/* The value of a variable; NULL if there is none. */
const char *mw_environment_value(const char *text, size_t size, const char *name);

#endif
