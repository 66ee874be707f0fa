/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/heap.h"

#include "collector/base/clock.h"
#include "pmpi/heap/areas.h"
#include "pmpi/heap/filter.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/modules.h"
#include "pmpi/heap/ranges.h"
#include "pmpi/heap/sampling.h"
#include "pmpi/heap/state.h"

#include <errno.h>

struct mw_heap mw_heap;

static struct mw_heap_state first_state; /* until there is a journal */

/* ---- amounts ---- */

void mw_heap_begin_change(bool falls)
{
    __atomic_store_n(&mw_heap.state->changing, mw_heap.state->changing + 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (falls)
        mw_heap_snapshots_before_fall(&mw_heap.snapshots);
}

void mw_heap_end_change(void)
{
    mw_heap_snapshots_after(&mw_heap.snapshots, mw_heap.now_ns);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&mw_heap.state->changing, mw_heap.state->changing + 1, __ATOMIC_RELAXED);
}

void mw_heap_change_sum(enum mw_heap_sum sum, int64_t bytes)
{
    struct mw_heap_amount *amount = &mw_heap.state->sums[sum];

    if (!bytes)
        return;
    mw_heap_snapshots_save(&mw_heap.snapshots, amount, NULL, NULL);
    amount->held += (uint64_t)bytes;
}

void mw_heap_change(uint16_t number, int64_t bytes, int32_t blocks)
{
    struct mw_heap_site *site;

    mw_heap.snapshots.total += (uint64_t)bytes;
    if (number == MW_HEAP_NO_SITE) {
        mw_heap_change_sum(MW_HEAP_SUM_OTHER, bytes);
        return;
    }
    mw_heap_change_sum(MW_HEAP_SUM_TABLE, bytes);
    site = mw_heap_sites_at(number);
    mw_heap_snapshots_save(&mw_heap.snapshots, &site->amount, &site->held_blocks, site->at_blocks);
    site->amount.held += (uint64_t)bytes;
    site->held_blocks += (uint32_t)blocks;
}

/* Number of blocks that a block represents. */
int32_t mw_heap_blocks_of(const struct mw_heap_block *block)
{
    return block->size < MW_HEAP_BIG && block->size ? (int32_t)((block->weight + block->size / 2) / block->size) : 1;
}

static int32_t small_count; /* small blocks in the table */

/* A block or its weight comes or goes. */
static void change_block(const struct mw_heap_block *block, int sign)
{
    int64_t weight = sign * (int64_t)block->weight;

    small_count += block->size < MW_HEAP_BIG ? sign : 0;
    mw_heap_begin_change(sign < 0);
    mw_heap_change(block->site, weight, sign * mw_heap_blocks_of(block));
    if (block->in_area)
        mw_heap_change_sum(MW_HEAP_SUM_AREAS, weight);
    mw_heap_change_sum(MW_HEAP_SUM_HEADERS, sign * (int64_t)block->headers);
    mw_heap_end_change();
    if (block->size >= MW_HEAP_BIG)
        mw_heap.uncounted += sign * (int64_t)(block->size - block->weight);
}

/* After an owner of the lock was interrupted for ever in the middle of an event: sums are made again from the blocks. */
static bool add_up(uintptr_t address, struct mw_heap_block *block)
{
    (void)address;
    change_block(block, 1);
    return true;
}

static void add_up_range(const struct mw_heap_range *range)
{
    mw_heap_begin_change(false);
    mw_heap_change(range->site, (int64_t)range->resident, 1);
    mw_heap_end_change();
}

void mw_heap_repair(void)
{
    mw_heap.state->changing += mw_heap.state->changing & 1;
    mw_heap_begin_change(true);
    for (uint32_t i = 0; i < mw_heap_sites_count(); i++)
        mw_heap_change((uint16_t)i, -(int64_t)mw_heap_sites_at(i)->amount.held, -(int32_t)mw_heap_sites_at(i)->held_blocks);
    for (int sum = 0; sum < MW_HEAP_SUMS; sum++)
        mw_heap_change_sum((enum mw_heap_sum)sum, -(int64_t)mw_heap.state->sums[sum].held);
    mw_heap.snapshots.total = 0;
    mw_heap.uncounted = 0;
    small_count = 0;
    mw_heap_end_change();
    mw_heap_blocks_each(add_up);
    mw_heap_ranges_each(add_up_range);
}

/* ---- sampling ---- */

/* The sample is thinned out: as if no interval had been smaller than this. Each small block stays with the ratio of both
 * probabilities. */
static int64_t least_interval;
static uint64_t random_state = 88172645463325252ULL;

static bool thin_block(uintptr_t address, struct mw_heap_block *block)
{
    double now, then;
    struct mw_heap_block thinned = *block;

    (void)address;
    if (block->size >= MW_HEAP_BIG || !block->weight)
        return true;
    now = (double)block->size / (double)block->weight;
    then = mw_heap_sampling_probability(block->size, least_interval);
    if (then >= now)
        return true;
    change_block(block, -1);
    if (mw_heap_sampling_uniform(&random_state) * now >= then)
        return false;
    thinned.weight = mw_heap_sampling_weight(block->size, least_interval);
    thinned.headers = (uint32_t)((double)block->headers * (double)thinned.weight / (double)block->weight);
    *block = thinned;
    change_block(block, 1);
    return true;
}

#define FEWEST_SMALL 8192 /* fewer are not thinned out: it is large blocks that fill the table */

static void thin(void)
{
    least_interval *= 2;
    mw_heap.state->thinned++;
    mw_heap_blocks_each(thin_block);
}

/* CPU time of parts of an event, in ns: measured on one machine of 2023 (bench/heap), in programs whose caches are full of
 * other data. */
#define COST_EVENT 400
#define COST_FRAME 450
#define COST_PLACE 2000 /* a line of Python */

/* The CPU time of a walk is the time that it took: a frame of a large compiler takes three times that of a small program. A time
 * that is out of proportion contains a preemption. */
static uint64_t cost_of(const struct mw_heap_walk *walk)
{
    uint64_t usual = COST_FRAME * ((uint64_t)walk->stack.depth + 1) + COST_PLACE * walk->python_depth;

    return walk->took_ns < 4 * usual ? walk->took_ns : 4 * usual;
}

/* ---- events ---- */

/* The site of a caller. Returns false if the library was left. */
bool mw_heap_find_site(uint16_t *site, const struct mw_heap_caller *caller, const struct mw_python_stack *python,
                       uint16_t flags, const struct mw_heap_place *place)
{
    int32_t known = mw_heap_sites_recall(caller, python);
    struct mw_heap_walk walk;
    uint32_t mpi_site;

    mw_heap.state->cost_ns += COST_EVENT;
    mw_heap.walk_ns = 0;
    if (known >= 0) {
        *site = (uint16_t)known;
        return true;
    }
    mpi_site = mw_heap.host.mpi_site ? mw_heap.host.mpi_site() : 0;
    if (!mw_heap_walk_unlocked(&walk, caller, python, mpi_site != 0, place))
        return false;
    mw_heap.walk_ns = cost_of(&walk);
    mw_heap.state->cost_ns += mw_heap.walk_ns;
    *site = mw_heap_sites_of(&walk, caller, flags, mpi_site);
    mw_heap.state->lost_sites += *site == MW_HEAP_NO_SITE;
    return true;
}

uint32_t mw_heap_boundary_now(void)
{
    return mw_heap.host.boundaries ? (uint32_t)__atomic_load_n(mw_heap.host.boundaries, __ATOMIC_RELAXED) : 0;
}

uint32_t mw_heap_born_now(void)
{
    return (uint32_t)((mw_heap.now_ns - mw_heap.state->begin_ns) / MW_NS_PER_MS);
}

/* Statistics of a site over all its blocks. */
void mw_heap_note_sample(uint16_t number, uint64_t size, uint64_t weight)
{
    struct mw_heap_site *site;

    mw_heap.state->sampled++;
    if (number == MW_HEAP_NO_SITE)
        return;
    site = mw_heap_sites_at(number);
    site->samples++;
    site->allocated += weight;
    if (weight > size)
        site->variance_kib += ((weight >> 6) * ((weight - size) >> 6) + 128) >> 8;
}

/* The address was freed without our knowledge, for instance by a library that has its own malloc(). */
static void drop_stale(uintptr_t address)
{
    struct mw_heap_block stale;

    if (!mw_heap_filter_has(address) || !mw_heap_blocks_remove(address, &stale))
        return;
    mw_heap.state->unmapped += stale.weight;
    change_block(&stale, -1);
}

static void enter_block(void *address, size_t size, int64_t interval, uint16_t site)
{
    struct mw_heap_block block = {
        .size = size, .site = site, .boundary = mw_heap_boundary_now(), .born_ms = mw_heap_born_now()};
    uint64_t represents = size < MW_HEAP_BIG ? mw_heap_sampling_weight(size, interval) : size;
    size_t headers;

    if (size < MW_HEAP_BIG)
        mw_heap.state->interval = (uint64_t)interval;
    block.in_area = mw_heap_areas_note(address, size, &headers);
    block.partial = size >= MW_HEAP_BIG;
    block.weight = block.partial ? 0 : represents;
    block.headers = (uint32_t)(block.partial ? headers : (double)headers * (double)represents / (double)(size ? size : 1));
    if (mw_heap_blocks_is_full() && small_count > FEWEST_SMALL)
        thin();
    drop_stale((uintptr_t)address);
    if (!mw_heap_blocks_add((uintptr_t)address, &block)) {
        mw_heap.state->lost_full++;
        return;
    }
    mw_heap_note_sample(site, size, represents);
    change_block(&block, 1);
    if (block.partial)
        mw_heap_add_partial((uintptr_t)address);
}

/* Whether a small block that was chosen with the interval of its thread stays in a sample that was thinned out since. */
static bool stays(size_t size, int64_t interval)
{
    return size >= MW_HEAP_BIG || interval >= least_interval ||
           mw_heap_sampling_uniform(&random_state) * mw_heap_sampling_probability(size, interval) <
               mw_heap_sampling_probability(size, least_interval);
}

uint64_t mw_heap_allocated(void *block, size_t size, int64_t interval, const struct mw_heap_caller *caller)
{
    const struct mw_heap_place *here = MW_HEAP_HERE;
    struct mw_python_stack python;
    uint64_t cost = 2 * COST_EVENT;
    int saved = errno;
    uint16_t site;

    if (block && mw_heap_enter_and_read(here, &python) && mw_heap_find_site(&site, caller, &python, 0, here)) {
        if (size < MW_HEAP_BIG)
            mw_heap_look_at_mark(true);
        if (stays(size, interval))
            enter_block(block, size, interval > least_interval ? interval : least_interval, site);
        if (size >= MW_HEAP_BIG) /* its pages may be resident already: mlockall(), a calloc() that clears them */
            mw_heap_look_at_mark(true);
        mw_heap_tick();
        cost += mw_heap.walk_ns;
        mw_heap_leave();
    }
    errno = saved;
    return cost;
}

int64_t mw_heap_least_interval(void)
{
    return __atomic_load_n(&least_interval, __ATOMIC_RELAXED);
}

/* A block or a mapping was freed before the next boundary. */
void mw_heap_note_same_call(uint16_t site, uint32_t boundary)
{
    if (site != MW_HEAP_NO_SITE && boundary == mw_heap_boundary_now())
        mw_heap_sites_at(site)->same_call++;
}

bool mw_heap_freeing(const void *address, struct mw_heap_block *kept)
{
    int saved = errno;
    struct mw_heap_block *block;
    bool found = false;

    if (mw_heap_enter_for_free(MW_HEAP_HERE)) {
        block = mw_heap_blocks_find((uintptr_t)address);
        if (block) {
            found = true;
            mw_heap.state->cost_ns += COST_EVENT;
            mw_heap_look_before_free((uintptr_t)address, block);
            *kept = *block;
            mw_heap_blocks_take_out(block);
            change_block(kept, -1);
            mw_heap_note_same_call(kept->site, kept->boundary);
        }
        mw_heap_leave();
    }
    errno = saved;
    return found;
}

void mw_heap_restore(const void *address, const struct mw_heap_block *kept)
{
    int saved = errno;

    if (mw_heap_enter(MW_HEAP_HERE)) {
        if (mw_heap_blocks_add((uintptr_t)address, kept)) {
            change_block(kept, 1);
            if (kept->partial)
                mw_heap_add_partial((uintptr_t)address);
        }
        mw_heap_leave();
    }
    errno = saved;
}

/* ---- start ---- */

bool mw_heap_start(int64_t interval, enum mw_heap_why why)
{
    mw_heap.state = &first_state;
    mw_heap_modules_start();
    mw_python_look(NULL, 0);
    mw_heap_areas_start();
    if (!mw_heap_enter_start() || !mw_heap_blocks_start() || !mw_heap_sites_start())
        return false;
    mw_heap_snapshots_start(&mw_heap.snapshots, first_state.snapshots);
    first_state.why = why;
    first_state.interval = first_state.first_interval = (uint64_t)interval;
    first_state.begin_ns = mw_clock_now();
    least_interval = MW_HEAP_INTERVAL_MIN;
    small_count = 0;
    mw_heap_enter_allow();
    return true;
}
