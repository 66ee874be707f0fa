/* SPDX-License-Identifier: MIT */
/* Names of files of a directory with a common prefix, sorted. */
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

/* Inserts a name in sorted order, unless it is there. */
void mw_names_add(struct mw_names *names, const char *name);

void mw_names_fini(struct mw_names *names);

#endif
