/* SPDX-License-Identifier: MIT */
/* Zeroes a table of ours and leaves alone what is zero already: pages that were never used stay out of every rank's RSS
 * (where they are read, the kernel maps its page of zeros, which is not counted). */
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
