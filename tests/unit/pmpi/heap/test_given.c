/* SPDX-License-Identifier: MIT */
/* Memory that MPI gave to the program: it moves to a site of its own, with what is known of it. Addresses are made up; all pages
 * are resident. */
#include "pmpi/heap/heap.h"

#include "pmpi/heap/areas.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/state.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOINLINE __attribute__((noinline))
#define MIB ((uint64_t)1 << 20)
#define AT ((uintptr_t)5 << 40)

uint64_t __wrap_mw_heap_memory_resident(uintptr_t start, size_t size);
uint64_t __wrap_mw_heap_memory_resident(uintptr_t start, size_t size)
{
    (void)start;
    return size;
}

bool __wrap_mw_heap_areas_note(const void *block, size_t size, size_t *headers);
bool __wrap_mw_heap_areas_note(const void *block, size_t size, size_t *headers)
{
    (void)block;
    *headers = 16;
    return size < MW_HEAP_BIG;
}

static int start(void **state)
{
    (void)state;
    assert_true(mw_heap_start(4096, MW_HEAP_RECORDING));
    return 0;
}

static NOINLINE void allocate(uintptr_t address, size_t size)
{
    const struct mw_heap_caller caller = {__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()};

    mw_heap_allocated((void *)address, size, 4096, &caller);
}

static NOINLINE void map(uintptr_t address, size_t size)
{
    const struct mw_heap_caller caller = {__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()};

    mw_heap_mapped((void *)address, size, &caller);
    __asm__ volatile("");
}

static void release(uintptr_t address)
{
    struct mw_heap_block block;

    assert_true(mw_heap_freeing((void *)address, &block));
}

static struct mw_heap_site *site_of(uintptr_t address)
{
    const struct mw_heap_block *block = mw_heap_blocks_find(address);

    assert_non_null(block);
    return mw_heap_sites_at(block->site);
}

/* Pages are counted, and what is held now is the peak. */
static void take_mark(uint64_t mark)
{
    mw_heap.credit_ns = 5000000;
    mw_heap_mark(mark);
}

static uint64_t at_peak(const struct mw_heap_site *site)
{
    return mw_heap_snapshots_value(&mw_heap.snapshots, &site->amount, mw_heap.state->best);
}

/* All that a site has, of one block or mapping. */
static void has_one(const struct mw_heap_site *site, uint64_t size)
{
    assert_int_equal(site->samples, 1);
    assert_int_equal(site->allocated, size);
    assert_int_equal(site->held_blocks, 1);
    assert_int_equal(site->amount.held, size);
}

static void has_nothing(const struct mw_heap_site *site)
{
    assert_int_equal(site->samples, 0);
    assert_int_equal(site->allocated, 0);
    assert_int_equal(site->variance_kib, 0);
    assert_int_equal(site->held_blocks, 0);
    assert_int_equal(site->amount.held, 0);
}

/* Behind a header of MPI's, and at the peak. */
static void a_large_block(void **state)
{
    struct mw_heap_site *of_mpi, *given;

    (void)state;
    allocate(AT, 8 * MIB + 64);
    of_mpi = site_of(AT);
    errno = 77;
    mw_heap_given((void *)(AT + 32), 8 * MIB);
    assert_int_equal(errno, 77);
    given = site_of(AT);
    assert_ptr_not_equal(given, of_mpi);
    assert_int_equal(given->flags, of_mpi->flags | MW_HEAP_GIVEN);
    assert_int_equal(given->depth, of_mpi->depth);
    assert_memory_equal(given->frames, of_mpi->frames, sizeof(given->frames));
    take_mark(100 * MIB);
    has_nothing(of_mpi);
    has_one(given, 8 * MIB + 64);
    assert_int_equal(at_peak(given), 8 * MIB + 64);
    assert_int_equal(at_peak(of_mpi), 0);
    release(AT);
    assert_int_equal(given->amount.held, 0);
    assert_int_equal(at_peak(given), 8 * MIB + 64);
    assert_int_equal(given->same_call, 1); /* there was no boundary */
    assert_int_equal(mw_heap.snapshots.total, 0);
}

/* Of which some have a header before them that is larger than is looked for; and the same site again. */
static void far_inside(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        allocate(AT, 2 * MIB + 8192);
        mw_heap_given((void *)(AT + 8192), 2 * MIB);
        assert_true(site_of(AT)->flags & MW_HEAP_GIVEN);
        assert_int_equal(site_of(AT)->held_blocks, 1);
        release(AT);
    }
}

/* Of a small block all that it represents. */
static void a_small_block(void **state)
{
    struct mw_heap_site *of_mpi, *given;
    uint64_t represents, variance;

    (void)state;
    allocate(AT, 2000);
    of_mpi = site_of(AT);
    represents = of_mpi->amount.held;
    variance = of_mpi->variance_kib;
    assert_true(represents > 2000 && variance > 0);
    mw_heap_given((void *)(AT + 16), 1984);
    given = site_of(AT);
    assert_true(given->flags & MW_HEAP_GIVEN);
    has_nothing(of_mpi);
    assert_int_equal(given->amount.held, represents);
    assert_int_equal(given->allocated, represents);
    assert_int_equal(given->variance_kib, variance);
    release(AT);
}

static void a_mapping(void **state)
{
    struct mw_heap_range *range;
    struct mw_heap_site *of_mpi, *given;

    (void)state;
    map(AT, 4 * MIB);
    take_mark(200 * MIB);
    range = mw_heap_ranges_at(AT + MIB);
    of_mpi = mw_heap_sites_at(range->site);
    assert_null(mw_heap_ranges_at(AT + 4 * MIB));
    mw_heap_given((void *)(AT + 4096), 4 * MIB - 4096);
    given = mw_heap_sites_at(range->site);
    assert_int_equal(given->flags, MW_HEAP_GIVEN | MW_HEAP_MAPPING | (of_mpi->flags & MW_HEAP_CUT));
    has_nothing(of_mpi);
    has_one(given, 4 * MIB);
    mw_heap_unmapping((void *)AT, 4 * MIB);
    assert_int_equal(given->amount.held, 0);
}

/* A part of MPI's pool stays MPI's, as does what is not known. */
static void not_given(void **state)
{
    (void)state;
    allocate(AT, 64 * MIB);
    mw_heap_given((void *)(AT + MIB), MIB);        /* of a pool */
    mw_heap_given((void *)(AT + 48), 64 * MIB);    /* longer than the block */
    mw_heap_given((void *)(AT - 16), 63 * MIB);    /* begins before it */
    mw_heap_given((void *)(AT + (1ull << 38)), 9); /* elsewhere: shared memory */
    mw_heap_given(NULL, 64 * MIB);
    mw_heap_given((void *)AT, 0);
    assert_false(site_of(AT)->flags & MW_HEAP_GIVEN);
    take_mark(300 * MIB);
    has_one(site_of(AT), 64 * MIB);
    release(AT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_block), cmocka_unit_test(far_inside), cmocka_unit_test(a_small_block),
        cmocka_unit_test(a_mapping),     cmocka_unit_test(not_given),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
