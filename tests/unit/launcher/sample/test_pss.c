/* SPDX-License-Identifier: MIT */
/* When the PSS of a job is read: rarely, but when it matters. */
#include "launcher/sample/pss.h"

#include "collector/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define BEGIN (7 * MW_NS_PER_SEC)

static struct mw_pss pss;

static int set_up(void **state)
{
    (void)state;
    mw_pss_init(&pss, BEGIN);
    return 0;
}

/* A sample this many ms after the start; a sweep that is due takes the expected time. */
static bool sample(uint64_t ms, uint64_t sum)
{
    uint64_t now = BEGIN + ms * MW_NS_PER_MS;

    if (!mw_pss_is_due(&pss, now, sum))
        return false;
    pss.last_ns = now;
    pss.last_sum = sum;
    pss.spent_ns += (uint64_t)((double)sum / (double)GIB * (double)pss.cost_ns);
    return true;
}

static void not_while_processes_start(void **state)
{
    (void)state;
    for (uint64_t ms = 1; ms < 240; ms += ms < 16 ? ms : 16)
        assert_false(sample(ms, ms * MIB));
}

static void where_growth_has_ended(void **state)
{
    (void)state;
    for (uint64_t ms = 1; ms <= 64; ms *= 2)
        assert_false(sample(ms, ms * MIB));
    assert_false(sample(68, 65 * MIB)); /* too early to say */
    assert_false(sample(80, 65 * MIB));
    assert_true(sample(90, 65 * MIB));
    for (uint64_t ms = 100; ms < 5000; ms += 10)
        assert_false(sample(ms, 66 * MIB));
    assert_true(sample(5200, 66 * MIB)); /* pages may be shared by now */
}

static void later_when_it_was_put_off(void **state)
{
    (void)state;
    for (uint64_t ms = 900; ms < 1000; ms += 10)
        mw_pss_is_due(&pss, BEGIN + ms * MW_NS_PER_MS, 64 * MIB);
    mw_pss_put_off(&pss, BEGIN + 1000 * MW_NS_PER_MS);
    assert_false(sample(1010, 64 * MIB));
    assert_false(sample(1020, 64 * MIB));
    assert_true(sample(1030, 64 * MIB));
}

static void where_memory_has_doubled(void **state)
{
    (void)state;
    assert_true(sample(1000, 64 * MIB));
    pss.spent_ns = 20 * MW_NS_PER_SEC; /* the budget is exhausted */
    assert_false(sample(1010, 120 * MIB));
    assert_true(sample(1020, 130 * MIB));
    assert_false(sample(1030, 200 * MIB));
}

static void within_the_budget_of_a_large_job(void **state)
{
    (void)state;
    assert_false(sample(1000, 100 * GIB)); /* a sweep takes a second */
    assert_false(sample(10000, 100 * GIB));
    assert_true(sample(25000, 100 * GIB)); /* a twentieth of the run, at its peak */
    for (uint64_t ms = 25100; ms < 390000; ms += 100)
        assert_false(sample(ms, 100 * GIB));
    assert_true(sample(400000, 100 * GIB)); /* half a percent, later */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(not_while_processes_start, set_up),
        cmocka_unit_test_setup(where_growth_has_ended, set_up),
        cmocka_unit_test_setup(later_when_it_was_put_off, set_up),
        cmocka_unit_test_setup(where_memory_has_doubled, set_up),
        cmocka_unit_test_setup(within_the_budget_of_a_large_job, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
