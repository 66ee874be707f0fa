/* SPDX-License-Identifier: MIT */
/* Looks into directories by system calls alone: no memory is allocated, and signal handlers may do it. */
#ifndef MW_PMPI_WAIT_DIRECTORY_H
#define MW_PMPI_WAIT_DIRECTORY_H

#include <stdbool.h>

/* Opens a directory of this user's that nobody else may enter. Returns the descriptor or -1. */
int mw_wait_directory_open(const char *path);

/* The same for the one whose path begins with `prefix`: of a daemon on another host the command line, which everybody
 * there can read, has no more of the name. */
int mw_wait_directory_find(const char *prefix);

/* Whether the directory has a name that `matches` says yes to. */
bool mw_wait_directory_has(int dirfd, bool (*matches)(const char *name, const void *context), const void *context);

#endif
