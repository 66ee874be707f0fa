/* SPDX-License-Identifier: MIT */
/* How a rank reached its peak: the steps add up, and later changes are not counted. */
#include "collector/model/waterfall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ll << 20)

static struct mw_model_site sites[2];
static struct mw_model_phase phases[40];

/* A rank that had 4 MiB, grew by 10 in MPI_Init, and peaked at 64 MiB at 1000 ns, in its phase 0. */
static struct mw_model_rank make_rank(void)
{
    memset(sites, 0, sizeof(sites));
    memset(phases, 0, sizeof(phases));
    sites[0] = (struct mw_model_site){.call = "MPI_Init_thread", .growth = 10 * MIB};
    sites[1] = (struct mw_model_site){.call = "MPI_Allreduce"};
    for (size_t i = 0; i < 40; i++)
        phases[i] = (struct mw_model_phase){
            .kind = MW_PHASE_BETWEEN, .parent = MW_MODEL_NONE, .visits = 1, .first_ns = 100 + i, .last_ns = 110 + i};
    phases[0].peak = (struct mw_model_bytes){64 * MIB, MW_MODEL_EXACT};
    phases[0].entry_rss = 30 * MIB;
    return (struct mw_model_rank){.has_details = true,
                                  .peak = {64 * MIB, MW_MODEL_EXACT},
                                  .peak_ns = 1000,
                                  .created_ns = 50,
                                  .init_rss = 4 * MIB,
                                  .peak_phase = 0,
                                  .peak_site = MW_MODEL_NONE,
                                  .sites = sites,
                                  .site_count = 2,
                                  .phases = phases,
                                  .phase_count = 40};
}

static int64_t sum_of(const struct mw_waterfall *waterfall)
{
    int64_t sum = 0;

    for (size_t i = 0; i < waterfall->count; i++)
        sum += waterfall->steps[i].bytes;
    return sum;
}

static void test_steps(void **state)
{
    struct mw_model_rank rank = make_rank();
    struct mw_waterfall waterfall;

    (void)state;
    phases[7].growth = 12 * MIB;
    phases[3].growth = -2 * MIB;
    phases[5].growth = 50 * MIB; /* later than the peak */
    phases[5].last_ns = 2000;
    phases[6].growth = 9 * MIB; /* inside another phase, which counts it */
    phases[6].parent = 7;
    phases[8].growth = 4096; /* too little for a step */
    waterfall = mw_waterfall_make(&rank);
    assert_int_equal(waterfall.count, 6);
    assert_int_equal(waterfall.steps[0].bytes, 4 * MIB);
    assert_int_equal(waterfall.steps[1].bytes, 10 * MIB);
    assert_int_equal(waterfall.steps[2].phase, 3);
    assert_int_equal(waterfall.steps[3].phase, 7);
    assert_int_equal(waterfall.steps[4].kind, MW_WATERFALL_OTHER);
    assert_int_equal(waterfall.steps[4].bytes, 6 * MIB);
    assert_int_equal(waterfall.steps[5].bytes, 34 * MIB);
    assert_true(waterfall.split);
    assert_int_equal(sum_of(&waterfall), 64 * MIB);
}

/* The entry of a phase with several visits is not that of the visit with the peak. */
static void test_not_split(void **state)
{
    struct mw_model_rank rank = make_rank();
    struct mw_waterfall waterfall;

    (void)state;
    phases[0].visits = 3;
    waterfall = mw_waterfall_make(&rank);
    assert_false(waterfall.split);
    assert_int_equal(waterfall.count, 3);
    assert_int_equal(waterfall.steps[2].bytes, 50 * MIB);

    /* inside a call whose largest rise was at another time */
    rank.peak_site = 1;
    sites[1].spike = 20 * MIB;
    sites[1].spike_entry_rss = 20 * MIB;
    assert_false(mw_waterfall_make(&rank).split);
    sites[1].spike_entry_rss = 44 * MIB;
    waterfall = mw_waterfall_make(&rank);
    assert_true(waterfall.split);
    assert_int_equal(waterfall.steps[waterfall.count - 1].bytes, 20 * MIB);
    assert_int_equal(sum_of(&waterfall), 64 * MIB);
}

/* More phases than steps: the largest, in order of time. */
static void test_many(void **state)
{
    struct mw_model_rank rank = make_rank();
    struct mw_waterfall waterfall;

    (void)state;
    for (size_t i = 1; i < 40; i++)
        phases[i].growth = (int64_t)(1 + i % 20) * MIB;
    waterfall = mw_waterfall_make(&rank);
    assert_int_equal(waterfall.count, MW_WATERFALL_STEPS);
    for (size_t i = 2; i + 2 < waterfall.count; i++)
        assert_true(waterfall.steps[i].bytes >= 17 * MIB &&
                    (i == 2 || waterfall.steps[i].phase > waterfall.steps[i - 1].phase));
    assert_int_equal(sum_of(&waterfall), 64 * MIB);
}

static void test_too_little(void **state)
{
    struct mw_model_rank rank = make_rank();

    (void)state;
    rank.has_details = false;
    assert_int_equal(mw_waterfall_make(&rank).count, 0);
    rank = make_rank();
    rank.init_rss = 0;
    assert_int_equal(mw_waterfall_make(&rank).count, 0);
    rank = make_rank();
    rank.peak_ns = 10; /* before MPI_Init */
    assert_int_equal(mw_waterfall_make(&rank).count, 0);
    rank = make_rank();
    rank.peak.kind = MW_MODEL_UNKNOWN;
    assert_int_equal(mw_waterfall_make(&rank).count, 0);
    rank = make_rank();
    phases[1].growth = INT64_MIN; /* values from outside may be arbitrary */
    phases[2].growth = INT64_MAX;
    assert_true(mw_waterfall_make(&rank).count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps), cmocka_unit_test(test_not_split),
                                       cmocka_unit_test(test_many), cmocka_unit_test(test_too_little)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
