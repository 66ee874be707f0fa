/* SPDX-License-Identifier: MIT */
/* Windows, the rank's state and its timeline, from readings of a synthetic kernel. */
#include "pmpi/measure/observe.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"
#include "tests/unit/pmpi/measure/made_windows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- windows ---- */

static void a_peak_goes_to_all_windows_that_were_open(void **state)
{
    struct mw_window outer, inner, later;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&outer, true);
    assert_int_equal(outer.peak, 100 * MIB);
    mw_observe_open(&inner, true);
    made_meter_peak(300 * MIB);
    assert_int_equal(mw_observe(1020, 1), 100 * MIB);
    assert_int_equal(made_meter.mark, 100 * MIB); /* reset */
    mw_observe_close(&inner);
    mw_observe_open(&later, true);
    made_meter_peak(200 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(outer.peak, 300 * MIB);
    assert_int_equal(inner.peak, 300 * MIB);
    assert_int_equal(later.peak, 200 * MIB);
    assert_int_equal(outer.coarse_peak + inner.coarse_peak + later.coarse_peak, 0);
    mw_observe_close(&outer);
    made_meter_peak(900 * MIB);
    mw_observe(1040, 0);
    assert_int_equal(outer.peak, 300 * MIB);
    assert_int_equal(later.peak, 900 * MIB);
}

/* A window opened within an interval: its first reading is an upper bound, later ones are exact. */
static void a_window_that_was_not_measured_has_a_bound(void **state)
{
    struct mw_window window;

    (void)state;
    mw_observe(1010, 0);
    made_meter_peak(500 * MIB);
    mw_observe_skipped();
    mw_observe_open(&window, false);
    assert_int_equal(window.peak, 0);
    mw_observe(1020, 0);
    assert_int_equal(window.peak, 0);
    assert_int_equal(window.coarse_peak, 500 * MIB);
    made_meter_peak(700 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(window.peak, 700 * MIB);
    assert_int_equal(window.coarse_peak, 500 * MIB);
}

static void the_first_reading_covers_the_lifetime(void **state)
{
    struct mw_window window = {0};

    (void)state;
    made_meter_peak(800 * MIB);
    mw_observe_open(&window, false);
    window.exact = true; /* as pmpi/measure/phases.c does for the phase before the first call */
    mw_observe(1010, 0);
    assert_int_equal(window.peak, 800 * MIB);
    assert_int_equal(made_state()->peak, 800 * MIB);
    assert_int_equal(made_state()->peak_ns, 1010);
    assert_int_equal(made_added.from, 1000);
    assert_int_equal(made_added.to, 1010);
    assert_int_equal(made_added.peak, 800 * MIB);
    assert_int_equal(made_added.rss, 100 * MIB);
}

/* ---- short calls ---- */

static void a_short_call_without_a_rise_takes_one_reading_of_the_mark(void **state)
{
    struct mw_window window;
    unsigned reads;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&window, true);
    reads = made_meter.reads;
    made_meter.rss = 100 * MIB - 4 * KIB; /* is seen at the next observation */
    assert_int_equal(mw_observe_short(1020, 1), 100 * MIB);
    assert_int_equal(made_meter.reads, reads);
    assert_int_equal(made_added.from, 1010);
    assert_int_equal(made_added.to, 1020);
    assert_int_equal(made_added.peak, 100 * MIB);
    assert_int_equal(made_state()->rss_ns, 1020);
    assert_int_equal(mw_observe(1030, 0), 100 * MIB - 4 * KIB);
    assert_int_equal(made_added.from, 1020);
    assert_int_equal(made_state()->grown_program, -4 * (int64_t)KIB);
}

static void a_short_call_with_a_rise_is_observed(void **state)
{
    struct mw_window window;
    unsigned reads;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&window, true);
    reads = made_meter.reads;
    made_meter_peak(110 * MIB);
    mw_observe_short(1020, 5);
    assert_int_equal(made_meter.mark_reads, 1); /* the mark is not read again */
    assert_int_equal(made_meter.rss_reads, 1);
    assert_int_equal(made_meter.reads, reads);
    assert_int_equal(window.peak, 110 * MIB);
    assert_int_equal(made_state()->peak_site, 5);
    made_meter_set(101 * MIB); /* it stays */
    assert_int_equal(mw_observe_short(1030, 5), 101 * MIB);
    assert_int_equal(made_state()->grown_mpi, MIB);
}

static void a_short_call_behind_others_is_observed(void **state)
{
    unsigned reads;

    (void)state;
    mw_observe(1010, 0);
    reads = made_meter.reads;
    mw_observe_skipped();
    mw_observe_short(1020, 1);
    assert_int_equal(made_meter.reads, reads + 1);
    assert_false(mw_observe_has_skipped);
    made_meter.answers = false;
    mw_observe_short(1030, 1); /* the mark cannot be read, nor anything else */
    assert_true(mw_rank.journal.cost->flags & MW_COST_BLIND);
}

/* ---- the rank's state ---- */

static void growth_is_the_callers_the_programs_or_shared(void **state)
{
    (void)state;
    mw_observe(1010, 0);
    made_meter_set(110 * MIB);
    mw_observe(1020, 0);
    made_meter_set(113 * MIB);
    mw_observe(1030, 8);
    made_meter_set(112 * MIB);
    mw_observe_skipped();
    mw_observe(1040, 8);
    assert_int_equal(made_state()->grown_program, 10 * (int64_t)MIB);
    assert_int_equal(made_state()->grown_mpi, 3 * (int64_t)MIB);
    assert_int_equal(made_state()->grown_shared, -(int64_t)MIB);
    assert_int_equal(made_state()->rss, 112 * MIB);
    assert_int_equal(made_state()->rss_ns, 1040);
}

static void the_peak_has_a_place_unless_it_is_shared(void **state)
{
    (void)state;
    mw_rank.journal.state->phase = 3;
    made_meter_peak(200 * MIB);
    mw_observe(1010, 7);
    assert_int_equal(made_state()->peak_site, 7);
    assert_int_equal(made_state()->peak_phase, 3);
    assert_false(made_state()->peak_shared);
    made_meter_peak(200 * MIB); /* no higher */
    mw_observe(1020, 8);
    assert_int_equal(made_state()->peak_site, 7);
    assert_int_equal(made_state()->peak_ns, 1010);
    mw_observe_skipped();
    made_meter_peak(201 * MIB);
    mw_observe(1030, 9);
    assert_true(made_state()->peak_shared);
    assert_int_equal(made_state()->peak_site, 0);
    assert_int_equal(made_state()->peak_phase, 0);
    made_meter_peak(202 * MIB);
    mw_observe(1040, 0);
    assert_false(made_state()->peak_shared);
    assert_int_equal(made_state()->peak_phase, 3);
}

static void a_shared_interval_gives_bounds_and_its_sites_are_watched(void **state)
{
    struct mw_site *sites = mw_rank.journal.sites;
    struct mw_phase *phases = mw_rank.journal.phases;

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        mw_journal_publish(&mw_rank.journal, MW_SECTION_SITE, i);
        mw_journal_publish(&mw_rank.journal, MW_SECTION_PHASE, i);
    }
    mw_observe(2000, 0);
    sites[0].last_ns = phases[0].last_ns = 2000; /* before it */
    sites[1].last_ns = phases[1].last_ns = 2001;
    sites[2].last_ns = phases[2].last_ns = 2009;
    sites[2].coarse_spike = 500 * MIB;
    phases[2].coarse_peak = 700 * MIB; /* higher ones stay */
    mw_observe_skipped();
    made_meter_set(110 * MIB);
    made_meter_peak(310 * MIB);
    mw_observe(2010, 0);
    assert_int_equal(phases[0].coarse_peak, 0);
    assert_int_equal(phases[1].coarse_peak, 310 * MIB);
    assert_int_equal(phases[2].coarse_peak, 700 * MIB);
    assert_int_equal(sites[0].coarse_spike, 0);
    assert_int_equal(sites[1].coarse_spike, 200 * MIB); /* above the higher of the two ends */
    assert_int_equal(sites[2].coarse_spike, 500 * MIB);
    assert_int_equal(made_watched[0], 0);
    assert_int_equal(made_watched[1], 1);
    assert_int_equal(made_watched[2], 1);
    sites[1].last_ns = phases[1].last_ns = 2011;
    mw_observe_skipped();
    made_meter_peak(110 * MIB + MW_OBSERVE_SPIKE_MIN - 1);
    mw_observe(2020, 0);
    assert_int_equal(made_watched[1], 1); /* too small */
    sites[1].last_ns = 2021;
    mw_observe_skipped();
    made_meter_peak(110 * MIB + MW_OBSERVE_SPIKE_MIN);
    mw_observe(2030, 0);
    assert_int_equal(made_watched[1], 2);
    sites[1].last_ns = 2031;
    made_meter_peak(900 * MIB);
    mw_observe(2040, 0); /* none was skipped */
    assert_int_equal(made_watched[1], 2);
}

static void limits_of_space_are_looked_at(void **state)
{
    (void)state;
    made_meter.address_limit = 4096 * MIB;
    made_meter.data_limit = 1024 * MIB;
    made_meter.address_peak = 900 * MIB;
    made_meter.data = 500 * MIB;
    mw_observe(1010, 0);
    made_meter.data = 400 * MIB;
    made_meter.address_peak = 950 * MIB;
    mw_observe_short(1020, 0);
    assert_int_equal(made_state()->address_limit, 4096 * MIB);
    assert_int_equal(made_state()->data_limit, 1024 * MIB);
    assert_int_equal(made_state()->address_peak, 950 * MIB);
    assert_int_equal(made_state()->data_max, 500 * MIB);
    made_meter.finds = 0;
    for (int i = 0; i < 32; i++)
        mw_observe_space();
    assert_int_equal(made_meter.finds, 2); /* a program rarely changes its limits */
}

/* ---- the list ---- */

#define ROOM (MW_OBSERVE_CALLS + MW_OBSERVE_PHASES + 2 + MW_OBSERVE_REQUESTS)

static void all_open_windows_receive_a_peak(void **state)
{
    static struct mw_window windows[ROOM + 5];

    (void)state;
    mw_observe(1010, 0);
    for (int i = 0; i < ROOM + 5; i++)
        mw_observe_open(&windows[i], true);
    made_meter_peak(200 * MIB);
    mw_observe(1020, 0);
    for (int i = 0; i < ROOM; i++)
        assert_int_equal(windows[i].peak, 200 * MIB);
    for (int i = ROOM; i < ROOM + 5; i++) { /* there are no entries for them, and closing them has no effect */
        assert_int_equal(windows[i].peak, 100 * MIB);
        mw_observe_close(&windows[i]);
    }
    for (int i = 1; i < ROOM; i += 2)
        mw_observe_close(&windows[i]);
    made_meter_peak(300 * MIB);
    mw_observe(1030, 0);
    for (int i = 0; i < ROOM; i++)
        assert_int_equal(windows[i].peak, (i % 2 ? 200 : 300) * MIB);
}

/* A thread was cancelled between the two stores of mw_observe_close(): one window is on the list twice. */
static void a_list_that_was_left_half_written_is_made_sound(void **state)
{
    struct mw_window first, twice, last;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&first, true);
    mw_observe_open(&twice, true);
    mw_observe_open(&twice, true);
    mw_observe_open(&last, true);
    mw_observe_repair();
    mw_observe_close(&twice);
    made_meter_peak(200 * MIB);
    mw_observe(1020, 0);
    assert_int_equal(first.peak, 200 * MIB);
    assert_int_equal(twice.peak, 100 * MIB);
    assert_int_equal(last.peak, 200 * MIB);
}

static void a_start_closes_all(void **state)
{
    struct mw_window window;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&window, true);
    mw_observe_skipped();
    mw_observe_start(1020);
    made_meter_peak(200 * MIB);
    mw_observe(1030, 0);
    assert_int_equal(window.peak, 100 * MIB);
    assert_int_equal(made_added.from, 1020);
    assert_false(made_state()->peak_shared);
    assert_int_equal(made_state()->grown_program, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_peak_goes_to_all_windows_that_were_open),
        TEST(a_window_that_was_not_measured_has_a_bound),
        TEST(the_first_reading_covers_the_lifetime),
        TEST(a_short_call_without_a_rise_takes_one_reading_of_the_mark),
        TEST(a_short_call_with_a_rise_is_observed),
        TEST(a_short_call_behind_others_is_observed),
        TEST(growth_is_the_callers_the_programs_or_shared),
        TEST(the_peak_has_a_place_unless_it_is_shared),
        TEST(a_shared_interval_gives_bounds_and_its_sites_are_watched),
        TEST(limits_of_space_are_looked_at),
        TEST(all_open_windows_receive_a_peak),
        TEST(a_list_that_was_left_half_written_is_made_sound),
        TEST(a_start_closes_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
