/* SPDX-License-Identifier: MIT */
/* Lists of numbers as ranges: "0, 2-7, …". */
#ifndef MW_COLLECTOR_BASE_RANGES_H
#define MW_COLLECTOR_BASE_RANGES_H

#include <stdint.h>

/* Ranges beyond these are written as "…". */
#define MW_RANGES_SHOWN 24

/* All zero is an empty list. */
struct mw_ranges {
    char text[MW_RANGES_SHOWN * 24 + 8];
    unsigned shown;
    uint32_t count;      /* of numbers, including those below 0 */
    uint32_t unknown;    /* of numbers below 0 */
    int64_t first, last; /* of the range that may still be extended */
};

/* Adds first..last, which must be above all earlier ones. Numbers below 0 represent ranks without a number yet: they are
 * counted, and the list ends with their count. */
void mw_ranges_add(struct mw_ranges *ranges, int64_t first, int64_t last);

/* The list. Valid until the next mw_ranges_add(). */
const char *mw_ranges_text(struct mw_ranges *ranges);

#endif
