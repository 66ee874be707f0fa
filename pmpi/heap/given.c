/* SPDX-License-Identifier: MIT */
/* Memory that MPI allocates because the program asks for it: MPI_Alloc_mem, windows. It is known only when the call returns whose
 * address the program gets, so it moves from the site that allocated it to one for such memory with the same stack. */
#include "pmpi/heap/filter.h"
#include "pmpi/heap/heap.h"
#include "pmpi/heap/state.h"

#include <errno.h>

#define STEP 16    /* malloc()'s alignment */
#define BEFORE 128 /* bytes of MPI's own in front of what it gives to the program, as far as is looked for of a small block */
#define MORE 65536 /* and this much, and a quarter, may be around it: what is larger is MPI's pool */

static bool is_it(uintptr_t start, uint64_t bytes, uintptr_t address, uint64_t size)
{
    return start <= address && bytes >= size && address - start <= bytes - size && bytes - size <= size / 4 + MORE;
}

/* ---- blocks ---- */

static struct {
    uintptr_t address;
    uint64_t size;
    struct mw_heap_block *found;
} wanted;

static bool compare(uintptr_t start, struct mw_heap_block *block)
{
    if (is_it(start, block->size, wanted.address, wanted.size))
        wanted.found = block;
    return true;
}

static struct mw_heap_block *find_block(uintptr_t address, uint64_t size)
{
    for (uintptr_t start = address; address - start <= BEFORE; start -= STEP) {
        struct mw_heap_block *block = mw_heap_filter_has(start) ? mw_heap_blocks_find(start) : NULL;
        if (block && is_it(start, block->size, address, size))
            return block;
    }
    if (size < MW_HEAP_BIG) /* most of these are in no table */
        return NULL;
    wanted.address = address;
    wanted.size = size;
    wanted.found = NULL;
    mw_heap_blocks_each(compare);
    return wanted.found;
}

/* ---- moving ---- */

/* Moves a part of an amount, which may be smaller than the part: weights grow when samples are thinned out. */
static void move_amount(uint64_t *from, uint64_t *to, uint64_t part)
{
    if (part > *from)
        part = *from;
    *from -= part;
    *to += part;
}

static void move_statistics(uint16_t from, uint16_t to, uint64_t size, uint64_t weight)
{
    uint64_t variance = weight > size ? ((weight >> 6) * ((weight - size) >> 6) + 128) >> 8 : 0;
    struct mw_heap_site *of = mw_heap_sites_at(from), *into = mw_heap_sites_at(to);

    of->samples -= of->samples != 0;
    into->samples++;
    move_amount(&of->allocated, &into->allocated, weight);
    move_amount(&of->variance_kib, &into->variance_kib, variance);
}

static void move(uint16_t *site, uint64_t bytes, int32_t blocks, uint64_t size, uint64_t weight)
{
    uint16_t to = *site == MW_HEAP_NO_SITE ? MW_HEAP_NO_SITE : mw_heap_sites_given(*site);

    if (to == MW_HEAP_NO_SITE || to == *site)
        return;
    mw_heap_begin_change(true);
    mw_heap_change(*site, -(int64_t)bytes, -blocks);
    mw_heap_change(to, (int64_t)bytes, blocks);
    mw_heap_end_change();
    move_statistics(*site, to, size, weight);
    *site = to;
}

void mw_heap_given(const void *address, uint64_t size)
{
    int saved = errno;
    struct mw_heap_block *block;
    struct mw_heap_range *range;
    uintptr_t at = (uintptr_t)address;

    if (!at || !size || !mw_heap_enter(MW_HEAP_HERE))
        return;
    block = find_block(at, size);
    range = block ? NULL : mw_heap_ranges_at(at);
    if (block)
        move(&block->site, block->weight, mw_heap_blocks_of(block), block->size,
             block->size < MW_HEAP_BIG ? block->weight : block->size);
    else if (range && is_it(range->start, range->end - range->start, at, size))
        move(&range->site, range->resident, 1, range->end - range->start, range->end - range->start);
    mw_heap_leave();
    errno = saved;
}
