/* SPDX-License-Identifier: MIT */
/* The names of a directory's files that begin alike, sorted. */
#ifndef MW_COLLECTOR_BASE_NAMES_H
#define MW_COLLECTOR_BASE_NAMES_H

#include "collector/base/err.h"

#include <stddef.h>

struct mw_names {
    char **items;
    size_t count;
};

/* Returns 0 (also for a directory that was removed meanwhile: it has none), or -1 with a line in err. Free with
 * mw_names_fini(). */
int mw_names_list(struct mw_names *names, int dirfd, const char *prefix, struct mw_err *err);

/* Adds a name, unless it is there, where it belongs in the order. */
void mw_names_add(struct mw_names *names, const char *name);

void mw_names_fini(struct mw_names *names);

#endif
