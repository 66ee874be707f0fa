/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/heap/made_heap.h"

#include "pmpi/heap/heap.h"
#include "pmpi/heap/state.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOINLINE __attribute__((noinline))

uint32_t made_resident_percent = 100;
uint64_t made_boundaries;

uint64_t __wrap_mw_heap_memory_resident(uintptr_t start, size_t size);
uint64_t __wrap_mw_heap_memory_resident(uintptr_t start, size_t size)
{
    (void)start;
    return size / 100 * made_resident_percent + (made_resident_percent == 100 ? size % 100 : 0);
}

bool __wrap_mw_heap_areas_note(const void *block, size_t size, size_t *headers);
bool __wrap_mw_heap_areas_note(const void *block, size_t size, size_t *headers)
{
    (void)block;
    *headers = 16;
    return size < MW_HEAP_BIG;
}

static uint32_t mpi_site(void)
{
    return 17;
}

static bool forget(uintptr_t address, struct mw_heap_block *block)
{
    (void)address;
    (void)block;
    return false;
}

static void forget_range(struct mw_heap_range *range, uint64_t resident)
{
    range->resident = resident;
}

static void forget_part(const struct mw_heap_range *part, int32_t more)
{
    (void)part;
    (void)more;
}

static const struct mw_heap_ranges_visitor forgets = {forget_range, forget_part};

int made_start(void **state)
{
    const struct mw_heap_tables tables = made_tables_all();
    const struct mw_heap_host host = {.mpi_site = mpi_site, .boundaries = &made_boundaries};

    static struct mw_heap_site known[MW_HEAP_SITES];

    (void)state;
    if (mw_heap_is_recording()) {
        mw_heap_blocks_each(forget);
        mw_heap_ranges_cut(0, UINTPTR_MAX, &forgets);
    }
    made_resident_percent = 100;
    memcpy(known, made.sites, sizeof(made.sites));
    assert_true(mw_heap_start(4096, MW_HEAP_RECORDING));
    memset(mw_heap.state->sums, 0, sizeof(mw_heap.state->sums));
    memset(mw_heap.state->snapshots, 0, sizeof(mw_heap.state->snapshots));
    mw_heap_snapshots_start(&mw_heap.snapshots, mw_heap.state->snapshots);
    mw_heap_attach(&tables, &host);
    for (uint32_t i = 0; i < made.sites_used; i++) {
        memcpy(made.sites[i].frames, known[i].frames, sizeof(made.sites[i].frames));
        made.sites[i].depth = known[i].depth;
        made.sites[i].flags = known[i].flags;
    }
    mw_heap.next_mark_ns = UINT64_MAX;
    mw_heap.credit_ns = INT64_MIN / 2;
    mw_heap.counted_mark = mw_heap.last_mark = 0;
    return 0;
}

void made_take_mark(uint64_t mark)
{
    mw_heap.credit_ns = 5000000;
    mw_heap_mark(mark);
    mw_heap.next_mark_ns = UINT64_MAX;
}

static NOINLINE void enter(uintptr_t address, size_t size, int64_t interval)
{
    const struct mw_heap_caller caller = {__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()};

    mw_heap_allocated((void *)address, size, interval, &caller);
}

NOINLINE void made_enter(uintptr_t address, size_t size, int64_t interval)
{
    enter(address, size, interval);
    __asm__ volatile("");
}

NOINLINE void made_enter_other(uintptr_t address, size_t size, int64_t interval)
{
    enter(address, size, interval);
    __asm__ volatile("");
}

NOINLINE void made_map(uintptr_t address, size_t size)
{
    const struct mw_heap_caller caller = {__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()};

    mw_heap_mapped((void *)address, size, &caller);
    __asm__ volatile("");
}

bool made_release(uintptr_t address)
{
    struct mw_heap_block block;

    return mw_heap_freeing((void *)address, &block);
}

const struct mw_heap_site *made_site_of(uintptr_t address)
{
    const struct mw_heap_block *block = mw_heap_blocks_find(address);

    assert_non_null(block);
    return mw_heap_sites_at(block->site);
}

struct mw_heap_site *made_only_site(void)
{
    struct mw_heap_site *found = NULL;

    for (uint32_t i = 0; i < mw_heap_sites_count(); i++)
        if (mw_heap_sites_at(i)->samples) {
            assert_null(found);
            found = mw_heap_sites_at(i);
        }
    assert_non_null(found);
    return found;
}

uint64_t made_sum_of_sites(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < mw_heap_sites_count(); i++)
        sum += mw_heap_sites_at(i)->amount.held;
    return sum;
}

void made_sums_agree(void)
{
    assert_int_equal(made_sum_of_sites(), made.state.sums[MW_HEAP_SUM_TABLE].held);
    assert_int_equal(mw_heap.snapshots.total,
                     made.state.sums[MW_HEAP_SUM_TABLE].held + made.state.sums[MW_HEAP_SUM_OTHER].held);
    assert_int_equal(made.state.changing % 2, 0);
}
