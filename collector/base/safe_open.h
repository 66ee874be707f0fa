/* SPDX-License-Identifier: MIT */
/* Opens a file of a run directory without trusting who put it there. */
#ifndef MW_COLLECTOR_BASE_SAFE_OPEN_H
#define MW_COLLECTOR_BASE_SAFE_OPEN_H

#include "collector/base/err.h"

#include <stdint.h>

/* Opens `name` in the directory `dirfd` for reading: a regular file, no symbolic link, that belongs to the
 * effective user or, for root, to the directory's owner. A FIFO or device is not opened. Puts the
 * file's length into *size (may be NULL). Returns the descriptor or -1 with a line in err. */
int mw_safe_open(int dirfd, const char *name, uint64_t *size, struct mw_err *err);

/* The same for a path that the user named himself: links are followed, any owner will do. */
int mw_safe_open_path(const char *path, uint64_t *size, struct mw_err *err);

#endif
