/* SPDX-License-Identifier: MIT */
/* What the sites held over time, at the peak of each phase with a name, and at the end. */
#include "pmpi/heap/state.h"

#include "collector/base/clock.h"

#include <string.h>

/* ---- the largest sites ---- */

struct line {
    uint32_t site; /* site + 1 */
    uint32_t kib;
};

/* Enters a line among the largest ones, which are sorted. */
static void insert(struct line *lines, uint32_t *count, uint32_t room, struct line line)
{
    uint32_t at = *count;

    if (at == room && lines[at - 1].kib >= line.kib)
        return;
    if (at < room)
        (*count)++;
    else
        at--;
    for (; at > 0 && lines[at - 1].kib < line.kib; at--)
        lines[at] = lines[at - 1];
    lines[at] = line;
}

static uint32_t to_kib(uint64_t bytes)
{
    return bytes >> 42 ? UINT32_MAX : (uint32_t)((bytes + 512) >> 10);
}

/* The sites that hold most at a moment; MW_HEAP_MOMENTS: now. */
static uint32_t find_largest(struct line *lines, uint32_t room, uint32_t moment)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < mw_heap_sites_count(); i++) {
        const struct mw_heap_amount *amount = &mw_heap_sites_at(i)->amount;
        uint64_t bytes = moment == MW_HEAP_MOMENTS ? amount->held : mw_heap_snapshots_value(&mw_heap.snapshots, amount, moment);
        uint32_t kib = to_kib(bytes);
        if (kib)
            insert(lines, &count, room, (struct line){i + 1, kib});
    }
    return count;
}

/* ---- over time ---- */

#define FIRST_TICK_NS (10 * MW_NS_PER_MS)
#define TICK_EVERY 500 /* times its own cost */
#define COST_SITE 15   /* CPU time by a model, in ns */

/* Every second entry goes, and the time between two doubles. */
static void halve(struct mw_heap_tick *ticks, uint32_t *used)
{
    uint32_t half = *used / 2;

    __atomic_store_n(used, 0, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < half; i++)
        ticks[i] = ticks[2 * i + 1];
    __atomic_store_n(used, half, __ATOMIC_RELEASE);
    mw_heap.state->tick_ns *= 2;
}

static void enter_tick(void)
{
    struct mw_heap_tables *tables = &mw_heap.tables;
    struct line lines[MW_HEAP_TICK_LINES] = {{0, 0}};
    struct mw_heap_tick *tick;

    if (*tables->ticks_used == MW_HEAP_TICKS)
        halve(tables->ticks, tables->ticks_used);
    tick = &tables->ticks[*tables->ticks_used];
    find_largest(lines, MW_HEAP_TICK_LINES, MW_HEAP_MOMENTS);
    tick->ns = mw_heap.now_ns;
    tick->held = mw_heap.snapshots.total;
    for (int i = 0; i < MW_HEAP_TICK_LINES; i++) {
        tick->line[i].site = lines[i].site;
        tick->line[i].kib = lines[i].kib;
    }
    __atomic_store_n(tables->ticks_used, *tables->ticks_used + 1, __ATOMIC_RELEASE);
}

/* In which all sites are looked at: at most 1/500 of the time. */
static uint64_t cost_of_tick(void)
{
    return (uint64_t)mw_heap_sites_count() * COST_SITE;
}

void mw_heap_tick(void)
{
    uint64_t pause;

    if (!mw_heap.tables.ticks || mw_heap.now_ns < mw_heap.next_tick_ns)
        return;
    if (!mw_heap.state->tick_ns)
        mw_heap.state->tick_ns = FIRST_TICK_NS;
    enter_tick();
    pause = cost_of_tick() * TICK_EVERY;
    mw_heap.next_tick_ns = mw_heap.now_ns + (mw_heap.state->tick_ns > pause ? mw_heap.state->tick_ns : pause);
}

/* ---- phases ---- */

/* The entry of a phase; NULL: there are too many phases. */
static struct mw_heap_phase *entry_of(uint32_t phase)
{
    struct mw_heap_tables *tables = &mw_heap.tables;

    for (uint32_t i = 0; i < *tables->phases_used; i++)
        if (tables->phases[i].phase == phase)
            return &tables->phases[i];
    if (*tables->phases_used == MW_HEAP_PHASES)
        return NULL;
    tables->phases[*tables->phases_used] = (struct mw_heap_phase){.phase = phase};
    __atomic_store_n(tables->phases_used, *tables->phases_used + 1, __ATOMIC_RELEASE);
    return &tables->phases[*tables->phases_used - 1];
}

static void enter_phase(uint32_t phase)
{
    const struct mw_heap_pair *pair = &mw_heap.snapshots.pairs[MW_HEAP_PHASE];
    struct mw_heap_phase *entry = entry_of(phase);
    struct line lines[MW_HEAP_PHASE_LINES] = {{0, 0}};

    if (!entry || entry->mark >= pair->adopted)
        return;
    entry->lines = find_largest(lines, MW_HEAP_PHASE_LINES, pair->best);
    entry->mark = pair->adopted;
    entry->held = pair->best_total;
    for (uint32_t i = 0; i < MW_HEAP_PHASE_LINES; i++) {
        entry->line[i].site = lines[i].site;
        entry->line[i].kib = lines[i].kib;
    }
}

void mw_heap_end_phases(void)
{
    for (uint32_t i = 0; i < mw_heap.phase_count && mw_heap.tables.phases; i++)
        enter_phase(mw_heap.phases[i]);
}

/* ---- at the end ---- */

static uint64_t late_bytes[MW_HEAP_SITES];    /* of each site: still there, and not allocated in the first slice */
static uint16_t entry_of_site[MW_HEAP_SITES]; /* + 1; 0: none */
static uint64_t slice_bytes[MW_HEAP_LEFT][MW_HEAP_LEFT_SLICES];

static uint32_t slice_of(uint32_t born_ms)
{
    uint64_t all_ms = (mw_heap.state->end_ns - mw_heap.state->begin_ns) / MW_NS_PER_MS + 1;
    uint64_t slice = (uint64_t)born_ms * MW_HEAP_LEFT_SLICES / all_ms;

    return slice < MW_HEAP_LEFT_SLICES ? (uint32_t)slice : MW_HEAP_LEFT_SLICES - 1;
}

static void add_late(uint16_t site, uint32_t born_ms, uint64_t bytes)
{
    if (site != MW_HEAP_NO_SITE && slice_of(born_ms))
        late_bytes[site] += bytes;
}

static bool add_late_block(uintptr_t address, struct mw_heap_block *block)
{
    (void)address;
    add_late(block->site, block->born_ms, block->weight);
    return true;
}

static void add_late_range(const struct mw_heap_range *range)
{
    add_late(range->site, range->born_ms, range->resident);
}

static void add_slice(uint16_t site, uint32_t born_ms, uint64_t bytes, uint32_t blocks)
{
    uint32_t entry;

    if (site == MW_HEAP_NO_SITE || !entry_of_site[site])
        return;
    entry = entry_of_site[site] - 1u;
    slice_bytes[entry][slice_of(born_ms)] += bytes;
    mw_heap.tables.left[entry].blocks += blocks;
}

static bool add_block(uintptr_t address, struct mw_heap_block *block)
{
    bool small = block->size && block->size < MW_HEAP_BIG;

    (void)address;
    add_slice(block->site, block->born_ms, block->weight, small ? (uint32_t)(block->weight / block->size) : 1);
    return true;
}

static void add_range(const struct mw_heap_range *range)
{
    add_slice(range->site, range->born_ms, range->resident, 1);
}

/* The sites with the largest values of `late_bytes`. */
static uint32_t choose_sites(struct line *lines)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < mw_heap_sites_count(); i++)
        if (to_kib(late_bytes[i]))
            insert(lines, &count, MW_HEAP_LEFT, (struct line){i + 1, to_kib(late_bytes[i])});
    return count;
}

static void store_slices(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (int slice = 0; slice < MW_HEAP_LEFT_SLICES; slice++)
            mw_heap.tables.left[i].kib[slice] = to_kib(slice_bytes[i][slice]);
}

void mw_heap_enter_left(void)
{
    static struct line lines[MW_HEAP_LEFT];
    uint32_t count;

    memset(late_bytes, 0, sizeof(late_bytes));
    memset(entry_of_site, 0, sizeof(entry_of_site));
    memset(slice_bytes, 0, sizeof(slice_bytes));
    __atomic_store_n(mw_heap.tables.left_used, 0, __ATOMIC_RELEASE);
    mw_heap_blocks_each(add_late_block);
    mw_heap_ranges_each(add_late_range);
    count = choose_sites(lines);
    for (uint32_t i = 0; i < count; i++) {
        entry_of_site[lines[i].site - 1] = (uint16_t)(i + 1);
        mw_heap.tables.left[i] = (struct mw_heap_left){.site = lines[i].site};
    }
    mw_heap_blocks_each(add_block);
    mw_heap_ranges_each(add_range);
    store_slices(count);
    __atomic_store_n(mw_heap.tables.left_used, count, __ATOMIC_RELEASE);
}
