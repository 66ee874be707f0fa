/* SPDX-License-Identifier: MIT */
/* Opens a file of a run directory without trusting its origin. */
#ifndef MW_COLLECTOR_BASE_SAFE_OPEN_H
#define MW_COLLECTOR_BASE_SAFE_OPEN_H

#include "collector/base/err.h"

#include <stdint.h>

/* Opens `name` in the directory `dirfd` for reading. It must be a regular file, not a symbolic link, owned by the effective
 * user or, for root, by the directory's owner. FIFOs and devices are never opened. Stores the file's length in *size (may be
 * NULL). Returns the descriptor, or -1 with a line in err. */
int mw_safe_open(int dirfd, const char *name, uint64_t *size, struct mw_err *err);

/* The same for a path given by the user: links are followed, any owner is accepted. */
int mw_safe_open_path(const char *path, uint64_t *size, struct mw_err *err);

#endif
