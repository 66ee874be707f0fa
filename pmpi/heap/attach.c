/* SPDX-License-Identifier: MIT */
/* What the shim calls: see pmpi/heap/link.h. */
#include "collector/base/clock.h"
#include "pmpi/base/functions.h"
#include "pmpi/base/python.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/heap/heap.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/modules.h"
#include "pmpi/heap/state.h"
#include "pmpi/heap/status.h"

/* Epochs and totals are part of the snapshots, so the copied state goes on where it was. */
static void move(const struct mw_heap_tables *tables)
{
    *tables->state = *mw_heap.state;
    mw_heap.state = tables->state;
    mw_heap.snapshots.moments = tables->state->snapshots;
    mw_heap_modules_move(tables->modules, tables->modules_used);
    mw_functions_move(tables->functions, tables->functions_used);
    mw_heap_sites_move(tables->sites, tables->sites_used);
    mw_heap.tables = *tables;
}

static void read_parts(void)
{
    struct mw_heap_parts parts;
    uintptr_t start;
    size_t size;

    mw_heap.state->python = mw_python_version() | (mw_python_is_known() || !mw_python_version() ? 0 : MW_HEAP_PYTHON_UNREAD);
    mw_heap_blocks_memory(&start, &size);
    mw_heap.state->own_bytes = mw_heap_memory_resident(start, size);
    if (!mw_heap_status_parts(&parts))
        return;
    mw_heap.state->stack_bytes = parts.stacks;
    mw_heap.state->data_bytes = parts.data;
}

void mw_heap_attach(const struct mw_heap_tables *tables, const struct mw_heap_host *host)
{
    if (!mw_heap_enter(MW_HEAP_HERE))
        return;
    move(tables);
    mw_heap.host = *host;
    read_parts();
    mw_heap_leave();
}

void mw_heap_mark(uint64_t mark)
{
    if (!mw_heap_enter(MW_HEAP_HERE))
        return;
    mw_heap_take_mark(mark);
    mw_heap_leave();
}

void mw_heap_phase(const uint32_t *phases, uint32_t count, uint64_t rss, uint64_t mark)
{
    if (!mw_heap_enter(MW_HEAP_HERE))
        return;
    if (!rss) {
        mark = mw_heap_read_mark();
        mw_heap_take_mark(mark);
    }
    mw_heap_end_phases();
    mw_heap.phase_count = count < MW_HEAP_PHASES ? count : MW_HEAP_PHASES;
    for (uint32_t i = 0; i < mw_heap.phase_count; i++)
        mw_heap.phases[i] = phases[i];
    mw_heap.counted_mark = 0; /* not `rss`: the kernel's marks may be read lower than that by more than a phase grows */
    mw_heap.last_mark = mark ? mark : rss;
    mw_heap_snapshots_begin_phase(&mw_heap.snapshots, rss, mark, mw_heap.now_ns);
    mw_heap.state->phase_best = mw_heap.snapshots.pairs[MW_HEAP_PHASE].best;
    mw_heap_leave();
}

void mw_heap_finish(void)
{
    if (!mw_heap_enter(MW_HEAP_HERE))
        return;
    mw_heap.next_mark_ns = mw_heap.credit_since_ns = 0;
    mw_heap.credit_ns = 0;
    mw_heap_look_at_mark(false);
    mw_heap_count_partial();
    mw_heap_end_phases();
    mw_heap.state->end_ns = mw_heap.now_ns;
    read_parts();
    if (mw_heap.tables.left)
        mw_heap_enter_left();
    mw_heap_leave();
}

void mw_heap_stop(void)
{
    mw_syscalls_stop();
}
