/* SPDX-License-Identifier: MIT */
/* The environment that a process was started with, from /proc/PID/environ. */
#ifndef MW_LAUNCHER_PROCESS_ENVIRONMENT_H
#define MW_LAUNCHER_PROCESS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Strings behind each other with their NULs, on the heap. */
struct mw_environment {
    char *text;
    size_t size;
    bool complete; /* neither cut nor changed by the process itself, as for a title */
};

/* Returns 0, or -1 with errno when it may not be read. mw_environment_free() it either way. */
int mw_environment_read(struct mw_environment *environment, int procfd, pid_t pid);
void mw_environment_free(struct mw_environment *environment);

/* The value of a variable; NULL: there is none. */
const char *mw_environment_value(const char *text, size_t size, const char *name);

#endif
