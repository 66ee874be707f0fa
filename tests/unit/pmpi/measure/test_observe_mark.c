/* SPDX-License-Identifier: MIT */
/* A high-water mark that cannot be reset, or only sometimes. */
#include "pmpi/measure/observe.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_heap_link.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_windows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void an_old_mark_is_a_bound_only(void **state)
{
    struct mw_window window;

    (void)state;
    made_meter.resets = false;
    made_meter_peak(600 * MIB);
    mw_observe(1010, 0);
    assert_true(mw_rank.journal.cost->flags & MW_COST_NO_RESET);
    mw_observe_open(&window, true);
    made_meter_set(150 * MIB);
    mw_observe(1020, 0);
    assert_int_equal(window.peak, 150 * MIB); /* for certain */
    assert_int_equal(window.coarse_peak, 600 * MIB);
    made_meter_set(120 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(window.peak, 150 * MIB);
    made_meter_peak(601 * MIB); /* higher than the old one: reached now */
    mw_observe(1040, 0);
    assert_int_equal(window.peak, 601 * MIB);
}

/* A sum of per-CPU counters: the next reading of the same mark may be slightly lower. */
static void an_old_mark_that_is_read_lower_is_still_the_old_one(void **state)
{
    struct mw_window window;

    (void)state;
    made_meter.resets = false;
    made_meter_peak(600 * MIB);
    mw_observe(1010, 0);
    mw_observe_open(&window, true);
    made_meter.mark = 600 * MIB - 64 * KIB;
    mw_observe(1020, 0);
    assert_int_equal(window.peak, 100 * MIB);
    assert_int_equal(window.coarse_peak, 600 * MIB - 64 * KIB);
}

static void nothing_is_reset_where_there_is_nothing_to_reset(void **state)
{
    (void)state;
    mw_observe(1010, 0);
    made_meter_set(200 * MIB);
    mw_observe(1020, 0);
    assert_int_equal(made_meter.resets_asked, 0);
    made_meter_set(150 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(made_meter.resets_asked, 1);
}

/* One reset failed, and the next one worked: from there on readings are exact again. */
/* A reset loses the mark, and the heap library needs it. */
static void the_mark_is_passed_on_before_a_reset(void **state)
{
    uint64_t marks;

    (void)state;
    mw_observe(1010, 0);
    marks = made_heap_link.marks;
    made_meter_set(200 * MIB);
    mw_observe(1020, 0); /* nothing to reset, but it has risen */
    assert_int_equal(made_heap_link.marks, marks + 1);
    assert_int_equal(made_heap_link.last_mark, 200 * MIB);
    mw_observe(1025, 0);
    assert_int_equal(made_heap_link.marks, ++marks);
    made_meter_peak(300 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(made_heap_link.marks, marks + 1);
    assert_int_equal(made_heap_link.last_mark, 300 * MIB);
    assert_int_equal(mw_observe_kept_mark(), 0);
    made_meter.resets = false;
    made_meter_peak(400 * MIB);
    mw_observe(1040, 0);
    assert_int_equal(made_heap_link.last_mark, 400 * MIB);
    assert_int_equal(mw_observe_kept_mark(), 400 * MIB);
}

static void a_reset_that_failed_once(void **state)
{
    struct mw_window window;

    (void)state;
    made_meter.resets = false;
    made_meter_peak(600 * MIB);
    mw_observe(1010, 0);
    made_meter.resets = true;
    mw_observe(1020, 0);
    mw_observe_open(&window, true);
    made_meter_peak(400 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(window.peak, 400 * MIB);
    assert_int_equal(window.coarse_peak, 0);
}

static void a_kernel_that_does_not_answer_changes_nothing(void **state)
{
    struct mw_window window;
    struct mw_state before;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&window, true);
    before = *made_state();
    made_added.count = 0;
    made_meter.answers = false;
    made_meter_set(500 * MIB);
    assert_int_equal(mw_observe(1020, 0), 100 * MIB);
    assert_true(mw_rank.journal.cost->flags & MW_COST_BLIND);
    assert_memory_equal(made_state(), &before, sizeof(before));
    assert_int_equal(window.peak, 100 * MIB);
    assert_int_equal(made_added.count, 0);
    made_meter.answers = true; /* nothing from before is lost */
    mw_observe(1030, 0);
    assert_int_equal(window.peak, 500 * MIB);
    assert_int_equal(made_added.from, 1010);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_old_mark_is_a_bound_only),
        TEST(an_old_mark_that_is_read_lower_is_still_the_old_one),
        TEST(nothing_is_reset_where_there_is_nothing_to_reset),
        TEST(the_mark_is_passed_on_before_a_reset),
        TEST(a_reset_that_failed_once),
        TEST(a_kernel_that_does_not_answer_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
