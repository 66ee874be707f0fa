/* SPDX-License-Identifier: MIT */
/* PAGEMAP_SCAN (Linux 6.7), of Documentation/admin-guide/mm/pagemap.rst: headers of older systems lack it. */
#ifndef MW_PMPI_HEAP_PAGEMAP_SCAN_H
#define MW_PMPI_HEAP_PAGEMAP_SCAN_H

#include <stdint.h>
#include <sys/ioctl.h>

struct mw_pagemap_scan {
    uint64_t size, flags, start, end, walk_end, regions, region_count, max_pages;
    uint64_t inverted, mask, any_of, returned;
};

struct mw_pagemap_region {
    uint64_t start, end, categories;
};

#define MW_PAGEMAP_SCAN _IOWR('f', 16, struct mw_pagemap_scan)
#define MW_PAGEMAP_PRESENT (1u << 3)
#define MW_PAGEMAP_ZERO_PAGE (1u << 5) /* in no process's RSS */
#define MW_PAGEMAP_GUARD (1u << 8)     /* Linux 6.16 */

#endif
