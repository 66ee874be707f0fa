/* SPDX-License-Identifier: MIT */
/* Whether a block may be in the table of blocks. There are two filters: a byte for each of 2^16 classes of 512 bytes, the
 * number of blocks of the class in the table, and a bit for each of 2^20 classes of 16 bytes. free() reads the byte for every block, which
 * takes few instructions and touches little memory; only where it is not 0 is the bit tested. Of the blocks that are not in the
 * table, only one in hundreds is searched for. */
#ifndef MW_PMPI_HEAP_FILTER_H
#define MW_PMPI_HEAP_FILTER_H

#include <stdbool.h>
#include <stdint.h>

extern uint8_t mw_heap_filter_counts[UINT16_MAX + 1] __attribute__((visibility("hidden")));

#define MW_HEAP_FILTER_FULL UINT8_MAX /* it stays at that: there were too many */

static inline uint16_t mw_heap_filter_count_of(uintptr_t address)
{
    return (uint16_t)(address >> 9);
}

static inline bool mw_heap_filter_may_have(uintptr_t address)
{
    return mw_heap_filter_counts[mw_heap_filter_count_of(address)];
}

#define MW_HEAP_FILTER_BITS 20

extern uint64_t mw_heap_filter[1 << (MW_HEAP_FILTER_BITS - 6)] __attribute__((visibility("hidden")));

/* The class of an address. Blocks of 2 MiB, each aligned to its size, are in different classes, too. */
static inline uint32_t mw_heap_filter_class(uintptr_t address)
{
    return (uint32_t)(address ^ address >> 20) >> 4 & ((1u << MW_HEAP_FILTER_BITS) - 1);
}

static inline bool mw_heap_filter_has(uintptr_t address)
{
    uint32_t class = mw_heap_filter_class(address);

    return mw_heap_filter[class >> 6] >> (class & 63) & 1;
}

#endif
