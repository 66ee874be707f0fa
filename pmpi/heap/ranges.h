/* SPDX-License-Identifier: MIT */
/* Private anonymous mappings that the program has made with mmap(): ranges of addresses with the site that mapped each.
 * Callers hold the heap's lock. */
#ifndef MW_PMPI_HEAP_RANGES_H
#define MW_PMPI_HEAP_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_HEAP_RANGES 1024

struct mw_heap_range {
    uintptr_t start, end;
    uint64_t resident; /* bytes, when last counted */
    uint32_t boundary; /* as struct mw_heap_block */
    uint32_t born_ms;
    uint16_t site;
};

/* Returns false if the table is full. */
bool mw_heap_ranges_add(const struct mw_heap_range *range);

/* Extends the range of the same site that ends where this one starts. Returns false if there is none. */
bool mw_heap_ranges_extend(const struct mw_heap_range *range);

/* A range of the table that overlaps; NULL: none does. */
const struct mw_heap_range *mw_heap_ranges_find(uintptr_t start, uintptr_t end);
bool mw_heap_ranges_overlaps(uintptr_t start, uintptr_t end);

/* The range with this address, whose site may be changed; NULL: there is none. */
struct mw_heap_range *mw_heap_ranges_at(uintptr_t address);

/* Takes [start, end) out of all ranges: calls `gone` with each part that was cut off, whose `resident` was just counted, and
 * by how many there are more ranges afterwards (1 if it was cut out of the middle, -1 if nothing is left); `counted` is called
 * before that with the range and its residents until now, if these have changed. */
struct mw_heap_ranges_visitor {
    void (*counted)(struct mw_heap_range *range, uint64_t resident); /* must store it in the range */
    void (*gone)(const struct mw_heap_range *part, int32_t more);
};
void mw_heap_ranges_cut(uintptr_t start, uintptr_t end, const struct mw_heap_ranges_visitor *visitor);

/* Counts the resident pages of the ranges that were not resident as a whole, or of all. */
void mw_heap_ranges_count(bool all, const struct mw_heap_ranges_visitor *visitor);

/* Calls `visit` for each range. */
void mw_heap_ranges_each(void (*visit)(const struct mw_heap_range *range));

#endif
