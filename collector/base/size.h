/* SPDX-License-Identifier: MIT */
/* Sizes as users write them: "1048576", "512M", "8GiB", "1.5G", "10MB". */
#ifndef MW_COLLECTOR_BASE_SIZE_H
#define MW_COLLECTOR_BASE_SIZE_H

#include "collector/base/err.h"

#include <stdint.h>

/* Parses a size above 0 into bytes. K, M, G, T and P, alone or with "iB", are powers of 1024; with "B" (10MB) they are
 * powers of 1000, as in GNU tools; no unit, or B, is bytes. Case does not matter; blanks before the unit are allowed.
 * Returns 0, or -1 with a line in err. */
int mw_size_parse(const char *text, uint64_t *bytes, struct mw_err *err);

#endif
