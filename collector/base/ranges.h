/* SPDX-License-Identifier: MIT */
/* Numbers as a reader likes them: "0, 2-7, …". */
#ifndef MW_COLLECTOR_BASE_RANGES_H
#define MW_COLLECTOR_BASE_RANGES_H

#include <stdint.h>

/* Ranges beyond these are told as "…". */
#define MW_RANGES_TOLD 24

/* Zeroed it is an empty list. */
struct mw_ranges {
    char text[MW_RANGES_TOLD * 24 + 8];
    unsigned told;
    uint32_t count;        /* of numbers, those below 0 included */
    uint32_t unknown;      /* of numbers below 0 */
    int64_t first, last;   /* of the range that may still grow */
};

/* Adds first..last, which lie above all that were added before. Numbers below 0 stand for ranks that have none yet: they are
 * counted, and the list ends with how many they are. */
void mw_ranges_add(struct mw_ranges *ranges, int64_t first, int64_t last);

/* The list; good until something is added. */
const char *mw_ranges_text(struct mw_ranges *ranges);

#endif
