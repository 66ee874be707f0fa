/* SPDX-License-Identifier: MIT */
/* Sizes as users write them: "1048576", "512M", "8GiB", "1.5G", "10MB". */
#ifndef MW_COLLECTOR_BASE_SIZE_H
#define MW_COLLECTOR_BASE_SIZE_H

#include "collector/base/err.h"

#include <stdint.h>

/* Bytes of a size above 0. K, M, G, T and P are powers of 1024, with "iB" behind them or not; with "B" alone (10MB) they
 * are powers of 1000, as everywhere in GNU; no unit, or B, is bytes. Small letters do as well, and blanks before the unit.
 * Returns 0, or -1 with a line in err. */
int mw_size_parse(const char *text, uint64_t *bytes, struct mw_err *err);

#endif
