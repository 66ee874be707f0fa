/* SPDX-License-Identifier: MIT */
/* What is measured of a run, by a clock that the test moves: preemptions change nothing, lasting costs do. */
#include "pmpi/measure/governor.h"

#include "pmpi/measure/estimate.h"
#include "pmpi/measure/meter.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

struct mw_rank mw_rank;
static struct mw_cost cost;

#define US 1000ULL
#define MS 1000000ULL
#define BETWEEN (20 * US) /* two calls */

struct run {
    int calls;
    uint64_t costs_ns;     /* of one measured boundary */
    int preempted_one_in;  /* 0: never */
    uint64_t preempted_ns;
    bool phases;
};

/* Returns how many boundaries of a run were measured. */
static int play(const struct run *run)
{
    uint64_t now = 5000 * MS;
    int measured = 0;

    memset(&cost, 0, sizeof(cost));
    mw_rank.journal.cost = &cost;
    mw_governor_start(now, 10000, false); /* 1 % */
    for (int i = 0; i < run->calls; i++) {
        unsigned asked = MW_METER_MARK | MW_METER_RSS | (i % 2 ? MW_METER_RESET : 0);
        uint64_t took = run->costs_ns + (i % 2 ? 700 : 0) + (uint64_t)(i % 7) * 30;
        bool allowed = run->phases ? mw_governor_allows_phase(now, 1000) : mw_governor_allows(now, 0, 1000);
        now += BETWEEN;
        if (!allowed)
            continue;
        measured++;
        if (run->preempted_one_in && measured % run->preempted_one_in == 0)
            took += run->preempted_ns;
        now += took;
        if (run->phases)
            mw_governor_spent_on_phase(took, asked);
        else
            mw_governor_spent(took, asked);
    }
    return measured;
}

static void one_preemption_changes_nothing(void **state)
{
    struct run calm = {.calls = 200000, .costs_ns = 3 * US}, once = calm;

    (void)state;
    once.preempted_one_in = 5000;
    once.preempted_ns = 75 * MS;
    for (int phases = 0; phases < 2; phases++) {
        int before, after;
        calm.phases = once.phases = phases;
        before = play(&calm);
        after = play(&once);
        assert_true(before > 5000);
        assert_uint_in_range(after, before, before + before / 2); /* the clock has gone on, so more was earned */
    }
}

static void nor_does_a_storm(void **state)
{
    struct run calm = {.calls = 20000, .costs_ns = 3 * US}, storm = calm;

    (void)state;
    storm.preempted_one_in = 5;
    for (storm.preempted_ns = 100 * US; storm.preempted_ns <= 400 * MS; storm.preempted_ns *= 8) {
        int before = play(&calm);
        assert_true(play(&storm) >= before);
        assert_true(cost.measure_ns < 20000 * 8 * US); /* no more than some typical ones each */
    }
}

/* The sum is what was spent, within a few percent, when nobody else has the CPU. */
static void the_cost_is_that_of_all(void **state)
{
    struct run calm = {.calls = 10000, .costs_ns = 2 * US};
    int measured = play(&calm);
    uint64_t mean = cost.measure_ns / (uint64_t)measured;

    (void)state;
    assert_uint_in_range(mean, 2000 + 350 + 90 - 50, 2000 + 350 + 90 + 50);
}

/* Where measuring is slow (an emulated kernel), the budget holds. */
static void a_lasting_cost_is_learnt(void **state)
{
    struct run slow = {.calls = 400000, .costs_ns = 200 * US};
    int measured = play(&slow);

    (void)state;
    /* 8 s of calls at 1 %, and the credit; while it is learnt, some are cheaper than they are */
    assert_uint_in_range(measured, 300, (8 * 10 * MS + 20 * MS) / (200 * US) + 120);
}

static void an_estimate_follows_the_median(void **state)
{
    struct mw_estimate estimate = {5000};

    (void)state;
    for (int i = 0; i < 100; i++)
        mw_estimate_book(&estimate, 800, 8);
    assert_int_equal(estimate.typical_ns, 800);
    for (int i = 0; i < 100; i++)
        mw_estimate_book(&estimate, i % 10 ? 800 : 75 * MS, 8);
    assert_uint_in_range(estimate.typical_ns, 700, 900);
    assert_int_equal(mw_estimate_book(&estimate, 5 * estimate.typical_ns, 8), 5 * 800);
    assert_uint_in_range(mw_estimate_book(&estimate, 75 * MS, 8), 700, 900);
    for (int i = 0; i < 200; i++)
        mw_estimate_book(&estimate, 30000, 8);
    assert_int_equal(estimate.typical_ns, 30000);
    estimate.typical_ns = 0;
    assert_int_equal(mw_estimate_book(&estimate, 0, 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_preemption_changes_nothing),
        cmocka_unit_test(nor_does_a_storm),
        cmocka_unit_test(the_cost_is_that_of_all),
        cmocka_unit_test(a_lasting_cost_is_learnt),
        cmocka_unit_test(an_estimate_follows_the_median),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
