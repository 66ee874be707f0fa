/* SPDX-License-Identifier: MIT */
/* The kernel's mark, and what of the large blocks is resident when it rises. */
#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/heap/areas.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/state.h"
#include "pmpi/heap/status.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* CPU time by a model, in ns: measured times may contain a preemption. */
#define COST_MARK 400
#define COST_STATUS 12000
#define COST_PAGE 3             /* for each page that mincore() looks at */
#define MARK_EVERY 400          /* times its own cost: at most 0.25 % of the time */
#define COUNT_EVERY 200         /* likewise: 0.5 % */
#define COUNT_CREDIT_NS 5000000 /* what is not in blocks is read from the first half of it */
#define OTHERS_SHARE 16         /* files and shared memory are read anyway when the mark has risen by this part */
#define WAIT_NS 10000000        /* a peak that goes on is adopted so often: the process may be killed */

/* ---- blocks that are not known to be resident as a whole ---- */

#define PARTIAL 1024

static uintptr_t partial[PARTIAL];
static uint32_t partial_count;

void mw_heap_add_partial(uintptr_t block)
{
    if (partial_count < PARTIAL)
        partial[partial_count++] = block;
    else
        mw_heap.has_discarded = true; /* all blocks are counted */
}

/* Temporary blocks are at its end. Others go when the list is counted. */
static void drop_partial(uintptr_t block)
{
    if (partial_count && partial[partial_count - 1] == block)
        partial_count--;
}

static void change_weight(struct mw_heap_block *block, uint64_t weight)
{
    int64_t rise = (int64_t)(weight - block->weight);

    if (!rise)
        return;
    mw_heap_begin_change(rise < 0);
    mw_heap_change(block->site, rise, 0);
    if (block->in_area)
        mw_heap_change_sum(MW_HEAP_SUM_AREAS, rise);
    mw_heap_end_change();
    mw_heap.uncounted -= rise;
    block->weight = weight;
}

void mw_heap_count_block(uintptr_t address, struct mw_heap_block *block)
{
    uint64_t resident = mw_heap_memory_resident(address, block->size);

    change_weight(block, resident);
    block->partial = resident < block->size;
}

static bool count_large(uintptr_t address, struct mw_heap_block *block)
{
    bool was_partial = block->partial;

    if (block->size < MW_HEAP_BIG)
        return true;
    mw_heap_count_block(address, block);
    if (block->partial && !was_partial)
        mw_heap_add_partial(address);
    return true;
}

static void count_listed(void)
{
    for (uint32_t i = 0; i < partial_count;) {
        struct mw_heap_block *block = mw_heap_blocks_find(partial[i]);
        if (block && block->partial)
            mw_heap_count_block(partial[i], block);
        if (!block || !block->partial)
            partial[i] = partial[--partial_count];
        else
            i++;
    }
}

void mw_heap_count_partial(void)
{
    bool all = mw_heap.has_discarded;

    mw_heap.has_discarded = false;
    if (all)
        mw_heap_blocks_each(count_large);
    count_listed();
    mw_heap_ranges_count(all, &mw_heap_visitor);
}

/* ---- the mark ---- */

/* As in pmpi/measure/meter.c: getrusage() reads the kernel's mark, but never less than the parent's memory at exec. */
uint64_t mw_heap_read_mark(void)
{
    struct rusage usage;
    bool failed;

    if (!mw_syscalls_begin())
        return 0;
    failed = syscall(SYS_getrusage, RUSAGE_THREAD, &usage) != 0;
    mw_syscalls_end();
    return failed ? 0 : (uint64_t)usage.ru_maxrss * 1024;
}

/* What else the memory consists of, when the mark has risen to this. */
static void read_others(uint64_t mark)
{
    struct mw_heap_state *state = mw_heap.state;
    struct mw_heap_status status;

    if (!mw_heap_status_read(&status))
        return;
    state->file_bytes = status.file;
    state->shmem_bytes = status.shmem;
    state->anon_bytes = status.anon;
    mw_heap.others_mark = mark;
}

/* The resident size of malloc's areas belongs to the snapshot that was adopted just now, which is never the present. */
static void store_areas(uint64_t resident)
{
    struct mw_heap_amount *amount = &mw_heap.state->sums[MW_HEAP_SUM_RESIDENT];
    uint32_t best = mw_heap.snapshots.pairs[MW_HEAP_RUN].best;

    amount->held = amount->at[best] = resident;
    amount->epoch[best] = mw_heap.snapshots.moments[best].epoch;
}

static void note_pairs(void)
{
    struct mw_heap_state *state = mw_heap.state;

    state->best = mw_heap.snapshots.pairs[MW_HEAP_RUN].best;
    state->phase_best = mw_heap.snapshots.pairs[MW_HEAP_PHASE].best;
    state->adopted = mw_heap.snapshots.pairs[MW_HEAP_RUN].adopted;
}

/* Unused time for counting, of which it may take 0.5 %, and a little more at once. */
static int64_t credit_now(void)
{
    uint64_t gain = (mw_heap.now_ns - mw_heap.credit_since_ns) / COUNT_EVERY;

    if (gain > COUNT_CREDIT_NS)
        gain = COUNT_CREDIT_NS;
    mw_heap.credit_ns += (int64_t)gain;
    if (mw_heap.credit_ns > COUNT_CREDIT_NS)
        mw_heap.credit_ns = COUNT_CREDIT_NS;
    mw_heap.credit_since_ns = mw_heap.now_ns;
    return mw_heap.credit_ns;
}

void mw_heap_take_mark(uint64_t mark)
{
    struct mw_heap_snapshots *snapshots = &mw_heap.snapshots;
    int64_t credit = mark > mw_heap.counted_mark ? credit_now() : 0;
    bool counts = credit > 0;
    uint64_t pages = mw_heap_memory_pages, cost = COST_MARK;

    if (counts) {
        mw_heap_count_partial();
        mw_heap.counted_mark = mark;
    }
    if (mark > mw_heap.last_mark)
        mw_heap.last_mark = mark;
    if (mark > mw_heap.state->mark)
        mw_heap.state->mark = mark;
    if (mw_heap_snapshots_mark(snapshots, mark, mw_heap.now_ns)) {
        bool has_credit = credit > COUNT_CREDIT_NS / 2;
        note_pairs();
        if (has_credit)
            store_areas(mw_heap_areas_resident());
        if (has_credit || mark > mw_heap.others_mark + mw_heap.others_mark / OTHERS_SHARE) {
            read_others(mark);
            cost += COST_STATUS;
        }
    }
    note_pairs();
    if (counts) {
        cost += COST_PAGE * (mw_heap_memory_pages - pages);
        mw_heap.credit_ns -= (int64_t)cost;
    }
    mw_heap.state->cost_ns += cost;
    mw_heap.next_mark_ns = mw_heap.now_ns + MARK_EVERY * COST_MARK;
    mw_heap.next_adoption_ns = mw_heap.now_ns + WAIT_NS;
}

void mw_heap_look_at_mark(bool may_wait)
{
    uint64_t mark;

    if (mw_heap.now_ns < mw_heap.next_mark_ns ||
        (may_wait && mw_heap.now_ns < mw_heap.next_adoption_ns && mw_heap_snapshots_is_rising(&mw_heap.snapshots)))
        return;
    mark = mw_heap_read_mark();
    if (mark)
        mw_heap_take_mark(mark);
}

/* If the mark has not risen until now the block was not part of a peak, and its pages need not be counted. */
void mw_heap_look_before_free(uintptr_t address, struct mw_heap_block *block)
{
    uint64_t mark;

    if (block->size >= MW_HEAP_BIG)
        drop_partial(address);
    if (mw_heap.now_ns < mw_heap.next_mark_ns &&
        !(block->partial && mw_heap_snapshots_may_be_peak(&mw_heap.snapshots, (uint64_t)mw_heap.uncounted, mw_heap.last_mark)))
        return;
    mark = mw_heap_read_mark();
    if (block->partial && (!mark || mark > mw_heap.last_mark))
        mw_heap_count_block(address, block);
    if (mark)
        mw_heap_take_mark(mark);
}
