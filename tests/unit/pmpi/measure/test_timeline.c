/* SPDX-License-Identifier: MIT */
/* The rank's timeline: fixed size, halved resolution, no peak lost. Runs the shim's code on a journal in memory. */
#include "pmpi/measure/timeline.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct mw_rank mw_rank;

#define MS MW_TIMELINE_FIRST_TICK_NS
#define ORIGIN 5000000000ULL

static int set_up(void **state)
{
    *state = calloc(1, mw_journal_length());
    mw_journal_place(&mw_rank.journal, *state);
    mw_rank.journal.state->tick_ns = MS;
    mw_rank.journal.ident->mono_ns = ORIGIN;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static uint64_t peak_at(uint64_t ns)
{
    return mw_rank.journal.ticks[ns / mw_rank.journal.state->tick_ns].peak;
}

static void enters_a_peak_in_each_possible_slice(void **state)
{
    (void)state;
    mw_timeline_add(ORIGIN + 2 * MS, ORIGIN + 5 * MS, 700, 300);
    assert_int_equal(peak_at(1 * MS), 0);
    for (uint64_t i = 2; i <= 5; i++)
        assert_int_equal(peak_at(i * MS), 700);
    assert_int_equal(mw_rank.journal.ticks[5].last, 300);
    assert_int_equal(mw_journal_used(&mw_rank.journal, MW_SECTION_TIMELINE), 6);
    mw_timeline_add(ORIGIN + 5 * MS, ORIGIN + 5 * MS, 400, 400);
    assert_int_equal(peak_at(5 * MS), 700); /* a lower one does not replace it */
    assert_int_equal(mw_rank.journal.ticks[5].last, 400);
}

static void includes_memory_before_the_journal(void **state)
{
    (void)state;
    mw_timeline_add(ORIGIN - 40 * MS, ORIGIN + 1, 50, 40);
    assert_int_equal(peak_at(0), 50);
}

static void halves_instead_of_growing(void **state)
{
    uint64_t at = ORIGIN;

    (void)state;
    for (int i = 0; i < 200000; i++, at += MS)
        mw_timeline_add(at, at + MS / 2, i == 777 ? 1000000 : 1000, 900);
    assert_true(mw_journal_used(&mw_rank.journal, MW_SECTION_TIMELINE) <= MW_RECORD_TICKS);
    assert_true(mw_journal_used(&mw_rank.journal, MW_SECTION_TIMELINE) > MW_RECORD_TICKS / 4);
    assert_true(mw_rank.journal.state->tick_ns * MW_RECORD_TICKS >= 200000 * MS);
    assert_int_equal(peak_at(777 * MS), 1000000);
    assert_int_equal(peak_at(190000 * MS), 1000);
}

static void continues_after_a_long_pause(void **state)
{
    (void)state;
    mw_timeline_add(ORIGIN, ORIGIN + 1, 10, 10);
    mw_timeline_add(ORIGIN + 1, ORIGIN + 86400000ULL * MS, 20, 15); /* a day */
    assert_int_equal(peak_at(40000000ULL * MS), 20);
    assert_true(mw_journal_used(&mw_rank.journal, MW_SECTION_TIMELINE) <= MW_RECORD_TICKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(enters_a_peak_in_each_possible_slice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(includes_memory_before_the_journal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(halves_instead_of_growing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(continues_after_a_long_pause, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
