/* SPDX-License-Identifier: MIT */
/* The likely error of readings, when the kernel's bound is too large for comparisons. */
#include "collector/model/reading_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB (1ull << 20)

static uint64_t likely(uint64_t bound, uint64_t checks, uint64_t found)
{
    struct mw_model_cost cost = {.error_bytes_max = bound, .checks = checks, .checked_bytes_max = found};

    return mw_reading_error_likely(&cost);
}

static void on_a_small_machine_the_bound(void **state)
{
    (void)state;
    assert_int_equal(likely(384 << 10, 200, 0), 384 << 10);
    assert_int_equal(likely(768 << 10, 200, 700 << 10), 768 << 10);
    assert_int_equal(likely(0, 0, 0), 0);
}

static void on_a_large_one_what_was_found(void **state)
{
    (void)state;
    assert_int_equal(likely(384 * MIB, 256, 100 << 10), MIB);
    assert_int_equal(likely(384 * MIB, 256, 3 * MIB), 6 * MIB);
    assert_int_equal(likely(384 * MIB, 15, 100 << 10), 384 * MIB); /* too few readings */
    assert_int_equal(likely(384 * MIB, 256, 300 * MIB), 384 * MIB);
    assert_int_equal(likely(384 * MIB, 256, UINT64_MAX), 384 * MIB);
}

static void of_ranks_and_their_sum(void **state)
{
    struct mw_model_rank ranks[100] = {{.error_bytes = 512 << 10}, {.error_bytes = 384 * MIB}};
    struct mw_model model = {.ranks = ranks,
                             .rank_count = 100,
                             .peak.error_bytes = 30000 * MIB,
                             .cost = {.error_bytes_max = 384 * MIB, .checks = 200, .checked_bytes_max = MIB}};

    (void)state;
    assert_int_equal(mw_reading_error_of(&model, &ranks[0]), 512 << 10);
    assert_int_equal(mw_reading_error_of(&model, &ranks[1]), 2 * MIB);
    assert_int_equal(mw_reading_error_sum(&model), 200 * MIB);
    model.cost.checks = 0;
    assert_int_equal(mw_reading_error_sum(&model), 30000 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_small_machine_the_bound),
        cmocka_unit_test(on_a_large_one_what_was_found),
        cmocka_unit_test(of_ranks_and_their_sum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
