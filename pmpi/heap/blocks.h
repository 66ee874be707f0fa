/* SPDX-License-Identifier: MIT */
/* The blocks that are allocated and were entered: a hash table by address. Each address has two buckets of 8 ways. It
 * begins small and doubles in place; what it has not used yet takes no memory. Callers hold the heap's lock. */
#ifndef MW_PMPI_HEAP_BLOCKS_H
#define MW_PMPI_HEAP_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_heap_block {
    uint64_t size;     /* bytes that were asked for */
    uint64_t weight;   /* bytes that it represents: resident ones of a large block, more than `size` of a small one */
    uint32_t boundary; /* number of the boundary before its allocation */
    uint32_t born_ms;  /* since recording began */
    uint32_t headers;  /* bytes that malloc added, for all that it represents */
    uint16_t site;     /* MW_HEAP_NO_SITE: none had an entry */
    bool in_area;      /* in malloc's heap or an arena, not in a mapping of its own */
    bool partial;      /* large, and not known to be resident as a whole */
};

#define MW_HEAP_NO_SITE UINT16_MAX

#define MW_HEAP_BUCKETS 8192
#define MW_HEAP_WAYS 8

/* Room for the largest table; returns false if there is none. */
bool mw_heap_blocks_start(void);

/* Returns false if neither bucket has a free way, even after the table has grown. `address` is not in the table. */
bool mw_heap_blocks_add(uintptr_t address, const struct mw_heap_block *block);

/* NULL: not in the table. Valid until the next block is added or removed. */
struct mw_heap_block *mw_heap_blocks_find(uintptr_t address);

/* Removes a block. Returns false if it is not in the table. */
bool mw_heap_blocks_remove(uintptr_t address, struct mw_heap_block *block);

/* Likewise, of a block that was found. */
void mw_heap_blocks_take_out(struct mw_heap_block *block);

/* Number of blocks in the table, and whether it should not get more. */
uint32_t mw_heap_blocks_count(void);
bool mw_heap_blocks_is_full(void);

/* Calls `visit` for each block; the block is removed if that returns false. */
void mw_heap_blocks_each(bool (*visit)(uintptr_t address, struct mw_heap_block *block));

/* The memory of the table, for counting its pages. */
void mw_heap_blocks_memory(uintptr_t *start, size_t *size);

#endif
