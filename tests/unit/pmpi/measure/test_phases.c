/* SPDX-License-Identifier: MIT */
/* How calls become phases: loops fold, and a visit is kept now and then. The kernel's readings are synthetic. */
#include "pmpi/measure/phases.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_phases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- folding ---- */

static void a_loop_becomes_one_phase_for_each_interval(void **state)
{
    const struct mw_phase *inside, *around;

    (void)state;
    for (int i = 0; i < 500; i++) {
        made_call(3);
        made_meter_set((100 + (uint64_t)i) * MIB);
        made_meter_peak((i == 400 ? 900 : 200) * MIB);
        made_call(8);
    }
    assert_int_equal(made_used(), 3);
    assert_int_equal(made_find(MW_PHASE_START, 0, 0, 4, "")->visits, 1);
    inside = made_between(4, 9);
    around = made_between(9, 4);
    assert_int_equal(inside->visits, 500);
    assert_int_equal(inside->measured, 500);
    assert_int_equal(around->visits, 499);
    assert_int_equal(inside->time_ns, 500 * MADE_STEP_NS);
    assert_int_equal(inside->growth, 499 * (int64_t)MIB);
    assert_int_equal(around->growth, 0);
    assert_int_equal(inside->peak, 900 * MIB);
    assert_int_equal(inside->peak_visit, 401);
    assert_int_equal(inside->entry_rss, 100 * MIB);
    assert_int_equal(inside->exit_rss, 599 * MIB);
    assert_int_equal(inside->coarse_peak, 0);
    assert_int_equal(mw_rank.journal.state->peak_phase, inside - mw_rank.journal.phases + 1);
}

/* The first reading is the mark since exec: it belongs to the time before the first call. */
static void what_was_before_the_first_call(void **state)
{
    const struct mw_phase *first;

    (void)state;
    made_meter_peak(700 * MIB);
    made_call(0);
    first = made_find(MW_PHASE_START, 0, 0, 1, "");
    assert_int_equal(first->peak, 700 * MIB);
    assert_int_equal(first->coarse_peak, 0);
    assert_int_equal(first->first_ns, MADE_FIRST_NS);
    assert_int_equal(first->last_ns, MADE_FIRST_NS + MADE_STEP_NS);
    assert_int_equal(first->measured, 0); /* its start was not measured */
}

/* A rise inside a call does not belong to the phase after it. */
static void a_calls_peak_is_not_that_of_the_phases_around(void **state)
{
    (void)state;
    made_call(1);
    made_enter(2);
    made_meter_peak(500 * MIB);
    made_leave(2, 0);
    made_call(1);
    assert_int_equal(made_between(2, 3)->peak, 100 * MIB);
    assert_int_equal(made_between(3, 2)->peak, 100 * MIB);
}

/* The shortcut by the site at which an interval ends must compare its start. */
static void two_ways_to_one_site_are_two_phases(void **state)
{
    (void)state;
    made_call(0);
    for (int i = 0; i < 10; i++) {
        made_call(5);
        made_call(6);
        made_call(9);
        made_call(5);
        made_call(9);
        if (i == 4)
            made_begin("solve");
    }
    assert_int_equal(made_between(6, 10)->visits, 5);
    assert_int_equal(made_between(7, 10)->visits, 5);
    assert_int_equal(made_find(MW_PHASE_BETWEEN, 1 + (uint32_t)(made_open_phase() - mw_rank.journal.phases), 6, 10, "")->visits,
                     5);
}

static void counted_calls_cut_phases_by_the_kernels_tick(void **state)
{
    struct mw_timestamp now = made_later();
    const struct mw_phase *phase;

    (void)state;
    made_call(1);
    now.exact = false;
    for (int i = 0; i < 100; i++) {
        now.ns++;
        mw_observe_skipped();
        mw_phases_enter_counted_call(2, &now);
        now.ns++;
        mw_phases_leave_counted_call(2, &now);
        now.tick += i % 10 == 9 ? 4000 : 0;
    }
    phase = made_between(3, 3);
    assert_int_equal(phase->visits, 99);
    assert_int_equal(phase->measured, 0);
    assert_int_equal(phase->time_ns, 9 * 4000); /* the last one is not over */
    assert_int_equal(phase->peak, 0);
    made_now_ns = now.ns;
    made_meter_peak(400 * MIB);
    made_call(1); /* all of them share the next reading */
    assert_int_equal(made_between(3, 3)->coarse_peak, 400 * MIB);
    assert_int_equal(made_between(3, 2)->coarse_peak, 400 * MIB);
    assert_int_equal(made_between(3, 2)->peak, 0);
    assert_int_equal(mw_rank.journal.state->peak_phase, 0);
}

/* ---- the end ---- */

static void after_finalize(void **state)
{
    const struct mw_phase *last;
    struct mw_timestamp now;

    (void)state;
    made_call(0);
    made_enter(7);
    made_leave(7, 0);
    now = made_later();
    mw_phases_after_finalize(&now, true, mw_observe(now.ns, 0));
    made_meter_set(130 * MIB);
    made_meter_peak(400 * MIB);
    now = made_later();
    mw_phases_exit(&now, mw_observe(now.ns, 0));
    last = made_find(MW_PHASE_END, 0, 8, 0, "");
    assert_int_equal(last->visits, 1);
    assert_int_equal(last->measured, 1);
    assert_int_equal(last->growth, 30 * (int64_t)MIB);
    assert_int_equal(last->peak, 400 * MIB);
    assert_int_equal(mw_rank.journal.state->peak_phase, last - mw_rank.journal.phases + 1);
    assert_false(mw_phases.between.open);
    now = made_later();
    mw_phases_exit(&now, mw_observe(now.ns, 0)); /* once */
    assert_int_equal(last->visits, 1);
}

/* ---- visits that are kept one by one ---- */

static void kept_visits_are_spread_evenly(void **state)
{
    const struct mw_phase *phase;
    const uint32_t count = 5 * MW_RECORD_VISITS + 3;

    (void)state;
    made_call(0);
    for (uint32_t i = 1; i <= count; i++) {
        made_meter_set((100 + i) * MIB);
        made_call(0);
    }
    phase = made_between(1, 1);
    assert_int_equal(phase->visits, count);
    assert_int_equal(phase->visit_stride, 8);
    assert_int_equal(phase->visit_count, (count + 7) / 8);
    for (uint32_t i = 0; i < phase->visit_count; i++) {
        assert_int_equal(phase->kept[i].visit, 8 * i + 1);
        assert_int_equal(phase->kept[i].exit_kib, (100 + 8 * i + 1) * 1024);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_loop_becomes_one_phase_for_each_interval),
        TEST(what_was_before_the_first_call),
        TEST(a_calls_peak_is_not_that_of_the_phases_around),
        TEST(two_ways_to_one_site_are_two_phases),
        TEST(counted_calls_cut_phases_by_the_kernels_tick),
        TEST(after_finalize),
        TEST(kept_visits_are_spread_evenly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
