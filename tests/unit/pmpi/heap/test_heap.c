/* SPDX-License-Identifier: MIT */
/* Events of the heap, from the call on: what sites hold. */
#include "pmpi/heap/heap.h"
#include "pmpi/heap/sampling.h"
#include "pmpi/heap/state.h"
#include "tests/unit/pmpi/heap/made_heap.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A number that the compiler does not know: so a loop stays a loop, with one call in it. */
static volatile uintptr_t made_two = 2;

static void large_blocks_are_exact(void **state)
{
    uint64_t total = 0;

    (void)state;
    for (uintptr_t i = 1; i <= 300; i++) {
        made_enter(i << 32, MW_HEAP_BIG + i * 4096, 4096);
        total += MW_HEAP_BIG + i * 4096;
        assert_int_equal(mw_heap_blocks_count(), i);
    }
    made_take_mark(2000 * MIB);
    assert_int_equal(made_only_site()->samples, 300);
    assert_int_equal(made_sum_of_sites(), total);
    assert_int_equal(mw_heap_snapshots_value(&mw_heap.snapshots, &made_only_site()->amount, made.state.best), total);
    made_sums_agree();
    for (uintptr_t i = 1; i <= 300; i++)
        assert_true(made_release(i << 32));
    assert_int_equal(made_sum_of_sites(), 0);
    assert_int_equal(made_only_site()->held_blocks, 0);
    assert_int_equal(mw_heap_snapshots_value(&mw_heap.snapshots, &made_only_site()->amount, made.state.best), total);
    made_sums_agree();
}

static void untouched_blocks_hold_nothing(void **state)
{
    (void)state;
    made_resident_percent = 0;
    made_enter(1 << 20, 100 * MIB, 4096);
    made_take_mark(MIB);
    assert_int_equal(made_sum_of_sites(), 0);
    assert_int_equal(made_only_site()->held_blocks, 1);
    made_resident_percent = 50;
    made_take_mark(2 * MIB);
    assert_int_equal(made_sum_of_sites(), 100 * MIB / 100 * 50);
    made_resident_percent = 100;
    assert_true(made_release(1 << 20)); /* counted before it goes: the mark has risen, to that of this process */
    made_take_mark(110 * MIB);
    assert_int_equal(mw_heap_snapshots_value(&mw_heap.snapshots, &made_only_site()->amount, made.state.best), 100 * MIB);
    assert_int_equal(made_sum_of_sites(), 0);
}

static void two_functions_are_two_sites(void **state)
{
    (void)state;
    for (volatile uintptr_t i = 1; i <= 10; i++) { /* not unrolled: of each call there is one */
        made_enter(i << 20, 200000, 4096);
        made_enter_other(i << 20 | 1 << 10, 300000, 4096);
    }
    assert_ptr_not_equal(made_site_of(1 << 20), made_site_of(1 << 20 | 1 << 10));
    assert_int_equal(made_site_of(1 << 20)->held_blocks, 10);
    assert_int_equal(made_site_of(1 << 20)->mpi_site, 17);
    made_take_mark(MIB);
    assert_int_equal(made_site_of(1 << 20)->amount.held, 2000000);
    assert_int_equal(made_site_of(1 << 20 | 1 << 10)->amount.held, 3000000);
}

/* Each small block that is entered represents more than itself, and so do its header and the number of blocks. */
static void small_blocks_represent_others(void **state)
{
    uint64_t weight = mw_heap_sampling_weight(100, 65536);
    double variance = (double)weight * (double)(weight - 100) / (1 << 20);

    (void)state;
    made_enter(0x1000, 100, 65536);
    assert_int_equal(made_sum_of_sites(), weight);
    assert_int_equal(made_only_site()->held_blocks, (weight + 50) / 100);
    assert_int_equal(made_only_site()->allocated, weight);
    assert_true(fabs((double)made_only_site()->variance_kib - variance) < 0.02 * variance);
    assert_int_equal(made.state.sums[MW_HEAP_SUM_AREAS].held, weight);
    assert_true(fabs((double)made.state.sums[MW_HEAP_SUM_HEADERS].held - 16.0 * (double)weight / 100) < 1);
    assert_true(made_release(0x1000));
    assert_int_equal(made.state.sums[MW_HEAP_SUM_AREAS].held + made.state.sums[MW_HEAP_SUM_HEADERS].held + made_sum_of_sites(),
                     0);
    assert_false(made_release(0x1000));
    made_sums_agree();
}

static void failed_realloc(void **state)
{
    struct mw_heap_block kept;
    uint64_t held;

    (void)state;
    made_enter(0x1000, 100, 4096);
    held = made_sum_of_sites();
    errno = 4711;
    assert_true(mw_heap_freeing((void *)0x1000, &kept));
    assert_int_equal(made_sum_of_sites(), 0);
    mw_heap_restore((void *)0x1000, &kept);
    assert_int_equal(errno, 4711);
    assert_int_equal(made_sum_of_sites(), held);
    assert_true(made_release(0x1000));
    made_sums_agree();
}

/* The address returns although nobody was told that it was freed. */
static void stale_blocks_go(void **state)
{
    uint64_t unmapped = made.state.unmapped;

    (void)state;
    made_enter(0x1000, 1 << 20, 4096);
    made_take_mark(MIB);
    made_enter_other(0x1000, 1 << 19, 4096);
    made_take_mark(2 * MIB);
    assert_int_equal(made_sum_of_sites(), 1 << 19);
    assert_int_equal(made.state.unmapped - unmapped, 1 << 20);
    assert_int_equal(mw_heap_blocks_count(), 1);
    made_sums_agree();
}

static void freed_in_the_same_call(void **state)
{
    (void)state;
    made_boundaries = 100;
    for (uintptr_t i = 1; i <= made_two; i++) {
        made_enter(i << 20, 1 << 20, 4096);
        made_boundaries += i == 2;
        made_release(i << 20);
        assert_int_equal(made_only_site()->same_call, 1);
    }
    made_map(1 << 20, MIB);
    mw_heap_unmapping((void *)(1 << 20), MIB / 2); /* a part: it is not gone */
    made_boundaries++;
    mw_heap_unmapping((void *)(3 << 19), MIB / 2);
    for (uint32_t i = 0; i < mw_heap_sites_count(); i++)
        assert_true(mw_heap_sites_at(i)->same_call == 0 || !(mw_heap_sites_at(i)->flags & MW_HEAP_MAPPING));
}

static void trimmed_mapping(void **state)
{
    const struct mw_heap_site *site;

    (void)state;
    made_map(1 << 24, 8 * MIB);
    site = made_only_site();
    made_take_mark(8 * MIB);
    assert_int_equal(site->amount.held, 8 * MIB);
    mw_heap_unmapping((void *)(1 << 24), 3 * MIB); /* as programs do that want an aligned one */
    mw_heap_unmapping((void *)((1 << 24) + 7 * MIB), MIB);
    assert_int_equal(site->amount.held, 4 * MIB);
    assert_int_equal(site->held_blocks, 1);
    mw_heap_unmapping((void *)((1 << 24) + 4 * MIB), MIB);
    assert_int_equal(site->held_blocks, 2);
    mw_heap_unmapping((void *)(1 << 24), 8 * MIB);
    assert_int_equal(site->amount.held, 0);
    assert_int_equal(site->held_blocks, 0);
    made_sums_agree();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(large_blocks_are_exact, made_start),
        cmocka_unit_test_setup(untouched_blocks_hold_nothing, made_start),
        cmocka_unit_test_setup(two_functions_are_two_sites, made_start),
        cmocka_unit_test_setup(small_blocks_represent_others, made_start),
        cmocka_unit_test_setup(failed_realloc, made_start),
        cmocka_unit_test_setup(stale_blocks_go, made_start),
        cmocka_unit_test_setup(freed_in_the_same_call, made_start),
        cmocka_unit_test_setup(trimmed_mapping, made_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
