/* SPDX-License-Identifier: MIT */
/* More blocks than the table has entries: the sum over those that are left is still that of all. */
#include "pmpi/heap/heap.h"
#include "pmpi/heap/state.h"
#include "pmpi/heap/sampling.h"
#include "tests/unit/pmpi/heap/made_heap.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* `number` blocks are allocated as malloc_calls.c does it; returns how many were entered. */
static uint32_t allocate_small(uint32_t number, size_t size, uint64_t *random)
{
    int64_t interval = 4096, left_bytes = mw_heap_sampling_draw(random, interval);
    uint32_t entered = 0;

    for (uint32_t i = 0; i < number; i++) {
        left_bytes -= (int64_t)size;
        if (left_bytes >= 0)
            continue;
        made_enter(0x100000000 + 4096 * (uintptr_t)i, size, interval);
        interval = mw_heap_least_interval() > interval ? mw_heap_least_interval() : interval;
        left_bytes = mw_heap_sampling_draw(random, interval);
        entered++;
    }
    return entered;
}

/* The table has overflown at least once; the sum over what is left must still be that of all blocks. */
static double estimate(uint32_t number, size_t size, uint64_t *random)
{
    double sum;
    uint64_t thinned = made.state.thinned;

    allocate_small(number, size, random);
    sum = (double)made_sum_of_sites();
    made_sums_agree();
    assert_true(made.state.thinned > thinned);
    assert_true(mw_heap_blocks_count() <= MW_HEAP_BUCKETS * MW_HEAP_WAYS / 2 + 1);
    assert_int_equal(made.state.lost_full, 0);
    for (uint32_t i = 0; i < number; i++)
        made_release(0x100000000 + 4096 * (uintptr_t)i);
    assert_int_equal(made_sum_of_sites(), 0);
    assert_int_equal(made.state.sums[MW_HEAP_SUM_HEADERS].held, 0);
    made_sums_agree();
    return sum;
}

static void thinning_is_unbiased(void **state)
{
    const uint32_t number = 150000, runs = 40;
    const size_t sizes[] = {2000, 20000};
    uint64_t random = 5;

    for (int s = 0; s < 2; s++) {
        double sum = 0, squares = 0, truth = (double)(number * sizes[s]);
        for (uint32_t run = 0; run < runs; run++) {
            double relative;
            made_start(state);
            relative = estimate(number, sizes[s], &random) / truth;
            sum += relative;
            squares += relative * relative;
        }
        if (fabs(sum / runs - 1) > 0.005)
            fail_msg("blocks of %zu bytes: bias of %g", sizes[s], sum / runs - 1);
        /* some 16,000 samples or more are left: 1 / sqrt(16,000) */
        assert_true(sqrt(squares / runs - sum / runs * sum / runs) < 0.012);
    }
}

/* Large blocks are never thinned out, however many there are: that must not be tried for each of them. */
static void more_large_blocks_than_room(void **state)
{
    const uint32_t number = 90000;
    uint64_t thinned = made.state.thinned;

    (void)state;
    for (uintptr_t i = 1; i <= number; i++)
        made_enter(i << 20, MIB, 4096);
    assert_true(made.state.thinned - thinned < 64);
    assert_true(mw_heap_least_interval() > 0);
    assert_true(mw_heap_blocks_count() > 60000);
    assert_int_equal(mw_heap_blocks_count() + made.state.lost_full, number);
    made_enter_other(0x1000, 1000, 4096); /* nothing breaks for small ones */
    made_sums_agree();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(thinning_is_unbiased, made_start),
        cmocka_unit_test_setup(more_large_blocks_than_room, made_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
