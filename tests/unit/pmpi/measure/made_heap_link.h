/* SPDX-License-Identifier: MIT */
/* Instead of pmpi/rank/heap_link.c: what the heap library was passed. */
#ifndef MW_TESTS_MADE_HEAP_LINK_H
#define MW_TESTS_MADE_HEAP_LINK_H

#include <stdint.h>

struct made_heap_link {
    uint64_t marks, last_mark; /* calls of mw_heap_link_mark(), and its last argument; bytes */
    uint64_t switches;         /* calls of mw_heap_link_phase(), and its last arguments: */
    uint32_t depth, innermost; /* innermost: phase + 1, or 0 */
    uint64_t rss, mark;
};

extern struct made_heap_link made_heap_link;

#endif
