/* SPDX-License-Identifier: MIT */
/* What is measured of a run, with a synthetic clock: preemptions change nothing, permanent costs do. */
#include "pmpi/measure/governor.h"

#include "pmpi/measure/estimate.h"
#include "pmpi/measure/meter.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/draw.h"
#include "tests/unit/in_range.h"

struct mw_rank mw_rank;
static struct mw_cost cost;

#define US 1000ULL
#define MS 1000000ULL
#define BETWEEN (20 * US) /* time between two calls */

struct run {
    int calls;
    uint64_t costs_ns;    /* cost of one measured boundary */
    int preempted_one_in; /* 0: never */
    uint64_t preempted_ns;
    bool phases;
};

/* Returns the number of measured boundaries of a run. */
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
        assert_uint_in_range(after, before, before + before / 2); /* the clock has advanced, so more was earned */
    }
}

static void many_preemptions_change_nothing(void **state)
{
    struct run calm = {.calls = 20000, .costs_ns = 3 * US}, storm = calm;

    (void)state;
    storm.preempted_one_in = 5;
    for (storm.preempted_ns = 100 * US; storm.preempted_ns <= 400 * MS; storm.preempted_ns *= 8) {
        int before = play(&calm);
        assert_true(play(&storm) >= before);
        assert_true(cost.measure_ns < 20000 * 8 * US); /* each counts as at most a few typical ones */
    }
}

/* The sum is the time spent, within a few percent, if no other process uses the CPU. */
static void the_cost_includes_everything(void **state)
{
    struct run calm = {.calls = 10000, .costs_ns = 2 * US};
    int measured = play(&calm);
    uint64_t mean = cost.measure_ns / (uint64_t)measured;

    (void)state;
    assert_uint_in_range(mean, 2000 + 350 + 90 - 50, 2000 + 350 + 90 + 50);
}

/* If measuring is slow (an emulated kernel), the budget is still kept. */
static void a_lasting_cost_is_estimated(void **state)
{
    struct run slow = {.calls = 400000, .costs_ns = 200 * US};
    int measured = play(&slow);

    (void)state;
    /* 8 s of calls at 1 %, and the credit; until the cost is learned, some count too little */
    assert_uint_in_range(measured, 300, (8 * 10 * MS + 20 * MS) / (200 * US) + 120);
}

static void an_estimate_follows_the_median(void **state)
{
    struct mw_estimate estimate = {5000};

    (void)state;
    for (int i = 0; i < 100; i++)
        mw_estimate_charge(&estimate, 800, 8);
    assert_int_equal(estimate.typical_ns, 800);
    for (int i = 0; i < 100; i++)
        mw_estimate_charge(&estimate, i % 10 ? 800 : 75 * MS, 8);
    assert_uint_in_range(estimate.typical_ns, 700, 900);
    assert_int_equal(mw_estimate_charge(&estimate, 5 * estimate.typical_ns, 8), 5 * 800);
    assert_uint_in_range(mw_estimate_charge(&estimate, 75 * MS, 8), 700, 900);
    for (int i = 0; i < 200; i++)
        mw_estimate_charge(&estimate, 30000, 8);
    assert_int_equal(estimate.typical_ns, 30000);
    estimate.typical_ns = 0;
    assert_int_equal(mw_estimate_charge(&estimate, 0, 8), 0);
}

/* ---- the budget over hours ---- */

#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define CREDIT (20 * MS)
#define FREE_CALLS 4 /* of a site, whatever the budget */

/* Calls of four sites, 0.5 to 1.5 ms apart, for two hours. Each boundary costs 1 to 9 us. The time spent never exceeds the
 * budget of the time so far. Returns the total. */
static uint64_t spend(uint32_t budget_ppm, uint64_t *elapsed)
{
    uint64_t start = 77 * SECOND, now = start, spent = 0, measured[4] = {0};

    mw_rank.journal.cost = &cost;
    mw_governor_start(now, budget_ppm, false);
    while (now < start + 2 * HOUR) {
        uint32_t site = draw(4);
        now += MS / 2 + draw(MS);
        if (!mw_governor_allows(now, site, measured[site]))
            continue;
        uint64_t took = US + draw(8 * US);
        measured[site]++;
        spent += took;
        now += took;
        mw_governor_spent(took, MW_METER_MARK);
        uint64_t earned = (now - start) * budget_ppm / 1000000;
        assert_true(spent <= CREDIT + earned + 4 * FREE_CALLS * 9 * US);
    }
    *elapsed = now - start;
    assert_int_equal(cost.measure_ns, spent);
    return spent;
}

static void a_budget_is_kept_and_used_for_hours(void **state)
{
    static const uint32_t budgets[] = {1, 100, 1000, 3000};
    uint64_t elapsed, spent, earned;

    (void)state;
    for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
        draw_seed = 7;
        spent = spend(budgets[i], &elapsed);
        earned = elapsed * budgets[i] / 1000000;
        assert_true(spent > (CREDIT + earned) / 100 * 98);
    }
    /* more than is needed to measure each call */
    draw_seed = 7;
    spent = spend(100000, &elapsed);
    assert_uint_in_range(spent, elapsed / 1000 * 49 / 10, elapsed / 1000 * 51 / 10);
}

/* Without a budget only the credit can be spent. */
static void no_budget_leaves_the_credit(void **state)
{
    uint64_t elapsed;

    (void)state;
    draw_seed = 9;
    assert_uint_in_range(spend(0, &elapsed), CREDIT - 50 * US, CREDIT);
}

/* ---- watching, exact, stop ---- */

/* From here on the budget is exhausted. */
static void use_up(void)
{
    mw_rank.journal.cost = &cost;
    mw_governor_start(5 * SECOND, 0, false);
    for (uint64_t i = 0; mw_governor_allows(5 * SECOND, 0, 100); i++) {
        assert_true(i < 100000);
        mw_governor_spent(5 * US, MW_METER_MARK);
    }
}

static unsigned allowed(uint32_t site, unsigned asked)
{
    unsigned count = 0;

    for (unsigned i = 0; i < asked; i++)
        count += mw_governor_allows(10 * HOUR, site, 100);
    return count;
}

static void the_first_calls_are_measured_whatever_the_budget(void **state)
{
    (void)state;
    use_up();
    for (uint64_t measured = 0; measured < 10; measured++)
        assert_int_equal(mw_governor_allows(10 * HOUR, 3, measured), measured < FREE_CALLS);
    assert_true(mw_governor_allows_phase(10 * HOUR, 15));
    assert_false(mw_governor_allows_phase(10 * HOUR, 16));
}

/* Each time for twice as long, up to a limit; other sites are not watched. */
static void a_watched_site_is_measured_whatever_the_budget(void **state)
{
    unsigned expected = 16;

    (void)state;
    use_up();
    for (int i = 0; i < 12; i++) {
        mw_governor_watch(21);
        assert_int_equal(allowed(20, 10), 0);
        assert_int_equal(allowed(21, 10000), expected);
        expected = expected < 4096 ? 2 * expected : 4096;
    }
    mw_governor_watch(MW_RECORD_SITES - 1);
    mw_governor_watch(MW_RECORD_SITES - 1); /* starts again, is not added */
    assert_int_equal(allowed(MW_RECORD_SITES - 1, 100), 32);
    mw_governor_watch_for(22, 1024);
    assert_int_equal(allowed(22, 10000), 1024);
}

/* Watching also counts: the others may spend less. */
static void the_cost_of_watching_is_charged(void **state)
{
    uint64_t now = 5 * SECOND;

    (void)state;
    mw_rank.journal.cost = &cost;
    mw_governor_start(now, 10000, false);
    mw_governor_watch_for(23, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_true(mw_governor_allows(now, 23, 100));
        mw_governor_spent(30 * US, MW_METER_MARK); /* 30 ms, of which 20 are the credit */
    }
    assert_false(mw_governor_allows(now + 900 * MS, 24, 100));
    assert_true(mw_governor_allows(now + 1100 * MS, 24, 100)); /* has earned 11 ms */
}

static void exact_measures_all(void **state)
{
    (void)state;
    mw_rank.journal.cost = &cost;
    mw_governor_start(5 * SECOND, 10, true);
    for (int i = 0; i < 100000; i++) {
        assert_true(mw_governor_allows(5 * SECOND, 30, (uint64_t)i));
        assert_true(mw_governor_allows_phase(5 * SECOND, (uint64_t)i));
        mw_governor_spent(20 * US, MW_METER_MARK);
        mw_governor_spent_on_phase(20 * US, MW_METER_MARK);
    }
}

/* The last test: a stopped governor cannot be started again. */
static void nothing_is_measured_after_a_stop(void **state)
{
    uint64_t before;

    (void)state;
    mw_rank.journal.cost = &cost;
    mw_governor_start(5 * SECOND, 1000000, true);
    mw_governor_watch(40);
    before = cost.measure_ns;
    mw_governor_stop();
    mw_governor_watch(41);
    mw_governor_watch_for(42, 1024);
    mw_governor_spent(US, MW_METER_MARK);
    for (uint32_t site = 40; site < 44; site++)
        for (uint64_t measured = 0; measured < 8; measured++)
            assert_false(mw_governor_allows(100 * HOUR, site, measured));
    assert_false(mw_governor_allows_phase(100 * HOUR, 0));
    assert_int_equal(cost.measure_ns, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_preemption_changes_nothing),
        cmocka_unit_test(many_preemptions_change_nothing),
        cmocka_unit_test(the_cost_includes_everything),
        cmocka_unit_test(a_lasting_cost_is_estimated),
        cmocka_unit_test(an_estimate_follows_the_median),
        cmocka_unit_test(a_budget_is_kept_and_used_for_hours),
        cmocka_unit_test(no_budget_leaves_the_credit),
        cmocka_unit_test(the_first_calls_are_measured_whatever_the_budget),
        cmocka_unit_test(a_watched_site_is_measured_whatever_the_budget),
        cmocka_unit_test(the_cost_of_watching_is_charged),
        cmocka_unit_test(exact_measures_all),
        cmocka_unit_test(nothing_is_measured_after_a_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
