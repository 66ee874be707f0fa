/* SPDX-License-Identifier: MIT */
/* Names of files of a directory with a common prefix, sorted. Used while a job runs: if there is no memory, these functions
 * return an error and do not end the program. */
#ifndef MW_COLLECTOR_BASE_NAMES_H
#define MW_COLLECTOR_BASE_NAMES_H

#include "collector/base/err.h"

#include <stddef.h>

struct mw_names {
    char **items;
    size_t count;
};

/* Returns 0 (also for a directory that has been removed: the list is empty), or -1 with a line in err. Free with
 * mw_names_fini(). */
int mw_names_list(struct mw_names *names, int dirfd, const char *prefix, struct mw_err *err);

/* Inserts a name in sorted order, unless it is there. Returns 0, or -1 with errno if there is no memory: the list is unchanged. */
int mw_names_add(struct mw_names *names, const char *name);

void mw_names_fini(struct mw_names *names);

#endif
