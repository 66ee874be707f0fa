/* SPDX-License-Identifier: MIT */
/* Sets a table to zero, but writes only to blocks that are not zero already. Pages that were never used stay out of
 * RSS: reading them maps the kernel's zero page, which RSS does not count. */
#ifndef MW_PMPI_BASE_CLEAR_H
#define MW_PMPI_BASE_CLEAR_H

#include <stddef.h>
#include <string.h>

static inline void mw_clear(void *table, size_t bytes)
{
    static const char zeros[256];

    for (size_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < sizeof(zeros) ? bytes - at : sizeof(zeros);
        if (memcmp((char *)table + at, zeros, n))
            memset((char *)table + at, 0, n);
    }
}

#endif
