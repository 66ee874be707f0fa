/* SPDX-License-Identifier: MIT */
/* Windows, the rank's state and its timeline, from readings of a synthetic kernel; the same with random programs, compared
 * with their real peaks. */
#include "pmpi/measure/observe.h"

#include "pmpi/measure/governor.h"
#include "pmpi/measure/timeline.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mw_rank mw_rank;

#define MIB ((uint64_t)1 << 20)
#define KIB ((uint64_t)1 << 10)

/* ---- what observe.c calls ---- */

static struct {
    uint64_t from, to, peak, rss;
    unsigned count;
} added;

void mw_timeline_add(uint64_t from_ns, uint64_t to_ns, uint64_t peak, uint64_t rss)
{
    added.from = from_ns;
    added.to = to_ns;
    added.peak = peak;
    added.rss = rss;
    added.count++;
}

static unsigned watched[MW_RECORD_SITES];

void mw_governor_watch(uint32_t site)
{
    watched[site]++;
}

static int make_journal(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    memset(watched, 0, sizeof(watched));
    memset(&added, 0, sizeof(added));
    made_meter_start(100 * MIB);
    mw_observe_start(1000);
    return 0;
}

static int free_journal(void **state)
{
    free(*state);
    return 0;
}

static const struct mw_state *rank_state(void)
{
    return mw_rank.journal.state;
}

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

static void the_first_reading_is_that_of_the_whole_life(void **state)
{
    struct mw_window window = {0};

    (void)state;
    made_meter_peak(800 * MIB);
    mw_observe_open(&window, false);
    window.exact = true; /* as pmpi/measure/phases.c does for the phase before the first call */
    mw_observe(1010, 0);
    assert_int_equal(window.peak, 800 * MIB);
    assert_int_equal(rank_state()->peak, 800 * MIB);
    assert_int_equal(rank_state()->peak_ns, 1010);
    assert_int_equal(added.from, 1000);
    assert_int_equal(added.to, 1010);
    assert_int_equal(added.peak, 800 * MIB);
    assert_int_equal(added.rss, 100 * MIB);
}

/* ---- a mark that cannot be reset ---- */

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
    before = *rank_state();
    added.count = 0;
    made_meter.answers = false;
    made_meter_set(500 * MIB);
    assert_int_equal(mw_observe(1020, 0), 100 * MIB);
    assert_true(mw_rank.journal.cost->flags & MW_COST_BLIND);
    assert_memory_equal(rank_state(), &before, sizeof(before));
    assert_int_equal(window.peak, 100 * MIB);
    assert_int_equal(added.count, 0);
    made_meter.answers = true; /* nothing from before is lost */
    mw_observe(1030, 0);
    assert_int_equal(window.peak, 500 * MIB);
    assert_int_equal(added.from, 1010);
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
    assert_int_equal(added.from, 1010);
    assert_int_equal(added.to, 1020);
    assert_int_equal(added.peak, 100 * MIB);
    assert_int_equal(rank_state()->rss_ns, 1020);
    assert_int_equal(mw_observe(1030, 0), 100 * MIB - 4 * KIB);
    assert_int_equal(added.from, 1020);
    assert_int_equal(rank_state()->grown_program, -4 * (int64_t)KIB);
}

static void a_short_call_with_a_rise_is_observed(void **state)
{
    struct mw_window window;

    (void)state;
    mw_observe(1010, 0);
    mw_observe_open(&window, true);
    made_meter_peak(110 * MIB);
    mw_observe_short(1020, 5);
    assert_int_equal(window.peak, 110 * MIB);
    assert_int_equal(rank_state()->peak_site, 5);
    made_meter_set(101 * MIB); /* it stays */
    assert_int_equal(mw_observe_short(1030, 5), 101 * MIB);
    assert_int_equal(rank_state()->grown_mpi, MIB);
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
    assert_int_equal(rank_state()->grown_program, 10 * (int64_t)MIB);
    assert_int_equal(rank_state()->grown_mpi, 3 * (int64_t)MIB);
    assert_int_equal(rank_state()->grown_shared, -(int64_t)MIB);
    assert_int_equal(rank_state()->rss, 112 * MIB);
    assert_int_equal(rank_state()->rss_ns, 1040);
}

static void the_peak_has_a_place_unless_it_is_shared(void **state)
{
    (void)state;
    mw_rank.journal.state->phase = 3;
    made_meter_peak(200 * MIB);
    mw_observe(1010, 7);
    assert_int_equal(rank_state()->peak_site, 7);
    assert_int_equal(rank_state()->peak_phase, 3);
    assert_false(rank_state()->peak_shared);
    made_meter_peak(200 * MIB); /* no higher */
    mw_observe(1020, 8);
    assert_int_equal(rank_state()->peak_site, 7);
    assert_int_equal(rank_state()->peak_ns, 1010);
    mw_observe_skipped();
    made_meter_peak(201 * MIB);
    mw_observe(1030, 9);
    assert_true(rank_state()->peak_shared);
    assert_int_equal(rank_state()->peak_site, 0);
    assert_int_equal(rank_state()->peak_phase, 0);
    made_meter_peak(202 * MIB);
    mw_observe(1040, 0);
    assert_false(rank_state()->peak_shared);
    assert_int_equal(rank_state()->peak_phase, 3);
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
    assert_int_equal(watched[0], 0);
    assert_int_equal(watched[1], 1);
    assert_int_equal(watched[2], 1);
    sites[1].last_ns = phases[1].last_ns = 2011;
    mw_observe_skipped();
    made_meter_peak(110 * MIB + MW_OBSERVE_SPIKE_MIN - 1);
    mw_observe(2020, 0);
    assert_int_equal(watched[1], 1); /* too small */
    sites[1].last_ns = 2021;
    mw_observe_skipped();
    made_meter_peak(110 * MIB + MW_OBSERVE_SPIKE_MIN);
    mw_observe(2030, 0);
    assert_int_equal(watched[1], 2);
    sites[1].last_ns = 2031;
    made_meter_peak(900 * MIB);
    mw_observe(2040, 0); /* none was skipped */
    assert_int_equal(watched[1], 2);
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
    assert_int_equal(rank_state()->address_limit, 4096 * MIB);
    assert_int_equal(rank_state()->data_limit, 1024 * MIB);
    assert_int_equal(rank_state()->address_peak, 950 * MIB);
    assert_int_equal(rank_state()->data_max, 500 * MIB);
    made_meter.finds = 0;
    for (int i = 0; i < 32; i++)
        mw_observe_space();
    assert_int_equal(made_meter.finds, 2); /* a program rarely changes its limits */
}

/* ---- the list ---- */

#define ROOM (MW_OBSERVE_CALLS + MW_OBSERVE_PHASES + 1 + MW_OBSERVE_REQUESTS)

static void all_windows_that_can_be_open_are_told_of_a_peak(void **state)
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
    assert_int_equal(added.from, 1020);
    assert_false(rank_state()->peak_shared);
    assert_int_equal(rank_state()->grown_program, 0);
}

/* ---- random programs ---- */

/* A window, and the real peak while it was open. */
struct tried {
    struct mw_window window;
    uint64_t truth;
    bool open, bounded; /* since it was opened, a reading also covered the time before */
};

#define WINDOWS 12
static struct tried tried[WINDOWS];
static uint64_t highest; /* since the start */
static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(seed >> 1) * below >> 31);
}

static void see(uint64_t rss)
{
    if (highest < rss)
        highest = rss;
    for (int i = 0; i < WINDOWS; i++)
        if (tried[i].open && tried[i].truth < rss)
            tried[i].truth = rss;
}

/* Some memory is allocated and freed. */
static void work(void)
{
    for (uint32_t i = draw(4); i > 0; i--) {
        uint64_t rss = MIB + draw(64) * 64 * KIB, peak = rss + (draw(3) ? 0 : draw(100) * MIB / 10);
        made_meter_set(rss);
        made_meter_peak(peak);
        see(peak);
    }
}

/* Memory rises and may stay, but none is freed: a short call frees nothing. */
static void work_shortly(void)
{
    uint64_t rss = made_meter.rss, peak = rss + (draw(3) ? 0 : draw(5) * 512 * KIB);

    made_meter_peak(peak);
    see(peak);
    made_meter_set(draw(2) ? rss : peak);
}

static void compare(bool resets)
{
    for (int i = 0; i < WINDOWS; i++) {
        const struct mw_window *w = &tried[i].window;
        uint64_t bound = w->peak > w->coarse_peak ? w->peak : w->coarse_peak;
        if (!tried[i].open)
            continue;
        assert_true(w->exact);
        assert_true(w->peak <= tried[i].truth);
        assert_true(tried[i].truth <= bound);
        if (!w->coarse_peak)
            assert_int_equal(w->peak, tried[i].truth);
        if (resets)
            assert_true(tried[i].bounded == (w->coarse_peak != 0));
    }
    assert_int_equal(rank_state()->peak, highest);
}

static void open_one(bool measured)
{
    struct tried *one = &tried[draw(WINDOWS)];

    if (one->open)
        return;
    mw_observe_open(&one->window, measured);
    one->open = true;
    one->truth = made_meter.rss;
    one->bounded = !measured;
}

static void close_one(void)
{
    struct tried *one = &tried[draw(WINDOWS)];

    if (one->open)
        mw_observe_close(&one->window);
    one->open = false;
}

static void play(uint32_t start, bool resets)
{
    seed = start;
    memset(tried, 0, sizeof(tried));
    made_meter_start(50 * MIB);
    made_meter.resets = resets;
    mw_observe_start(1);
    memset(mw_rank.journal.state, 0, sizeof(*mw_rank.journal.state));
    highest = 50 * MIB;
    mw_observe(2, 0);
    for (uint64_t now = 3; now < 400; now++) {
        work();
        if (draw(3) == 0) { /* a boundary that is not measured */
            mw_observe_skipped();
            close_one();
            if (draw(2))
                open_one(false);
            continue;
        }
        mw_observe(now, draw(3));
        compare(resets);
        close_one();
        for (int i = 0; i < 2; i++)
            open_one(true);
        if (resets && draw(2)) { /* a short call */
            work_shortly();
            assert_int_equal(mw_observe_short(now, 1), made_meter.rss);
            compare(resets);
            close_one();
            open_one(true);
        }
        assert_int_equal(rank_state()->grown_program + rank_state()->grown_mpi + rank_state()->grown_shared,
                         (int64_t)made_meter.rss - 50 * (int64_t)MIB);
    }
}

static void random_programs(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 300; i++)
        play(i, true);
}

static void random_programs_whose_mark_is_never_reset(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 300; i++)
        play(i, false);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_peak_goes_to_all_windows_that_were_open),
        TEST(a_window_that_was_not_measured_has_a_bound),
        TEST(the_first_reading_is_that_of_the_whole_life),
        TEST(an_old_mark_is_a_bound_only),
        TEST(an_old_mark_that_is_read_lower_is_still_the_old_one),
        TEST(nothing_is_reset_where_there_is_nothing_to_reset),
        TEST(a_reset_that_failed_once),
        TEST(a_kernel_that_does_not_answer_changes_nothing),
        TEST(a_short_call_without_a_rise_takes_one_reading_of_the_mark),
        TEST(a_short_call_with_a_rise_is_observed),
        TEST(a_short_call_behind_others_is_observed),
        TEST(growth_is_the_callers_the_programs_or_shared),
        TEST(the_peak_has_a_place_unless_it_is_shared),
        TEST(a_shared_interval_gives_bounds_and_its_sites_are_watched),
        TEST(limits_of_space_are_looked_at),
        TEST(all_windows_that_can_be_open_are_told_of_a_peak),
        TEST(a_list_that_was_left_half_written_is_made_sound),
        TEST(a_start_closes_all),
        TEST(random_programs),
        TEST(random_programs_whose_mark_is_never_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
