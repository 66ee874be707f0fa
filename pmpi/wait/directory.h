/* SPDX-License-Identifier: MIT */
/* Opens and searches directories by system calls only. Does not allocate; may be called from signal handlers. */
#ifndef MW_PMPI_WAIT_DIRECTORY_H
#define MW_PMPI_WAIT_DIRECTORY_H

#include <stdbool.h>

/* Opens a directory that belongs to this user and that no other user may access. Returns the descriptor, or -1. */
int mw_wait_directory_open(const char *path);

/* The same for a directory whose path begins with `prefix`: the command line of a daemon on another host, which all
 * users can read, has only the beginning of the name. */
int mw_wait_directory_find(const char *prefix);

/* Whether the directory has an entry for whose name `matches` returns true. */
bool mw_wait_directory_has(int dirfd, bool (*matches)(const char *name, const void *context), const void *context);

#endif
