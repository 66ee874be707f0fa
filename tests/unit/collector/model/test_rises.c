/* SPDX-License-Identifier: MIT */
/* What rose: inside calls and between them, what came and went and what stayed. */
#include "collector/model/rises.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ll << 20)

static struct mw_model_site sites[2][2];
static struct mw_model_phase phases[2][2];
static struct mw_model_spike spikes[2][1];
static struct mw_model_rank ranks[2];
static struct mw_model model;
static struct mw_model_merged_site merged_sites[2];
static struct mw_model_merged_phase merged_phases[2];

/* Two ranks of 200 MiB with two sites and two phases between calls, in none of which something rises. */
static int set_up(void **state)
{
    (void)state;
    memset(sites, 0, sizeof(sites));
    memset(phases, 0, sizeof(phases));
    memset(spikes, 0, sizeof(spikes));
    for (uint32_t r = 0; r < 2; r++) {
        for (uint32_t i = 0; i < 2; i++) {
            sites[r][i] = (struct mw_model_site){.calls = 1, .merged = i};
            phases[r][i] = (struct mw_model_phase){.kind = MW_PHASE_BETWEEN,
                                                   .parent = MW_MODEL_NONE,
                                                   .merged = i,
                                                   .visits = 1,
                                                   .measured = 1,
                                                   .entry_rss = 100 * MIB,
                                                   .exit_rss = 100 * MIB,
                                                   .peak = {100 * MIB, MW_MODEL_EXACT}};
        }
        ranks[r] = (struct mw_model_rank){.has_details = true,
                                          .peak = {200 * MIB, MW_MODEL_EXACT},
                                          .sites = sites[r],
                                          .site_count = 2,
                                          .phases = phases[r],
                                          .phase_count = 2,
                                          .spikes = spikes[r]};
    }
    model = (struct mw_model){
        .ranks = ranks, .rank_count = 2, .sites = merged_sites, .site_count = 2, .phases = merged_phases, .phase_count = 2};
    return 0;
}

/* Merges all ranks, as collector/merge does. */
static struct mw_rises list(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        merged_sites[i].rise = (struct mw_model_rise){.rank = MW_MODEL_NONE};
        merged_phases[i].rise = (struct mw_model_rise){.rank = MW_MODEL_NONE};
    }
    for (uint32_t r = 0; r < 2; r++)
        for (uint32_t i = 0; i < 2; i++) {
            mw_rises_take_site(&merged_sites[i].rise, &model, r, i);
            mw_rises_take_phase(&merged_phases[i].rise, &model, r, i);
        }
    return mw_rises_list(&model);
}

/* The only rise, with its site or phase. */
static struct mw_model_rise only(uint32_t *site, uint32_t *phase)
{
    struct mw_rises rises = list();
    struct mw_model_rise rise;

    assert_int_equal(rises.count, 1);
    rise = *rises.items[0].rise;
    *site = rises.items[0].site ? (uint32_t)(rises.items[0].site - merged_sites) : MW_MODEL_NONE;
    *phase = rises.items[0].phase ? (uint32_t)(rises.items[0].phase - merged_phases) : MW_MODEL_NONE;
    mw_rises_free(&rises);
    return rise;
}

static void expect_none(void)
{
    struct mw_rises rises = list();

    assert_int_equal(rises.count, 0);
    mw_rises_free(&rises);
}

static void add_spike(uint32_t rank, uint64_t entry, uint64_t peak, uint64_t exit)
{
    sites[rank][1].spike = peak - entry;
    sites[rank][1].spike_entry_rss = entry;
    sites[rank][1].spike_visit = 7;
    sites[rank][1].spike_ns = 50;
    sites[rank][1].calls = 9;
    sites[rank][1].growth = (int64_t)(exit - entry);
    spikes[rank][0] = (struct mw_model_spike){
        .site = 1, .phase = MW_MODEL_NONE, .visit = 7, .entry_rss = entry, .peak_rss = peak, .exit_rss = exit};
    ranks[rank].spike_count = 1;
}

static void test_in_call(void **state)
{
    struct mw_model_rise rise;
    uint32_t site, phase_of;

    (void)state;
    expect_none();
    add_spike(1, 100 * MIB, 130 * MIB, 110 * MIB);
    rise = only(&site, &phase_of);
    assert_int_equal(rise.rank, 1);
    assert_int_equal(site, 1);
    assert_int_equal(phase_of, MW_MODEL_NONE);
    assert_int_equal(rise.passed.bytes, 20 * MIB);
    assert_int_equal(rise.passed.kind, MW_MODEL_EXACT);
    assert_int_equal(rise.stayed, 10 * MIB);
    assert_int_equal(rise.peak_rss, 130 * MIB);
    assert_int_equal(rise.at_ns, 50);
    assert_int_equal(rise.times, 9);
    ranks[1].spike_count = 0; /* no record of the call: what stayed of it is not known */
    rise = only(&site, &phase_of);
    assert_int_equal(rise.passed.bytes, 30 * MIB);
    assert_int_equal(rise.passed.kind, MW_MODEL_AT_MOST);
    sites[1][1].coarse_spike = 50 * MIB;
    rise = only(&site, &phase_of);
    assert_int_equal(rise.passed.bytes, 50 * MIB);
    assert_int_equal(rise.passed.kind, MW_MODEL_AT_MOST);
}

static void test_between(void **state)
{
    struct mw_model_phase *phase = &phases[0][1];
    struct mw_model_rise rise;
    uint32_t site, phase_of;

    (void)state;
    phase->peak.bytes = 164 * MIB;
    phase->exit_rss = 140 * MIB;
    phase->growth = 40 * MIB;
    phase->peak_ns = 60;
    rise = only(&site, &phase_of);
    assert_int_equal(phase_of, 1);
    assert_int_equal(site, MW_MODEL_NONE);
    assert_int_equal(rise.passed.bytes, 24 * MIB);
    assert_int_equal(rise.passed.kind, MW_MODEL_EXACT);
    assert_int_equal(rise.stayed, 40 * MIB);
    assert_int_equal(mw_rise_size(&rise), 40 * MIB);
    assert_int_equal(rise.at_ns, 60);
    phase->visits = 3; /* another visit ended higher */
    phase->visit_count = 1;
    phase->kept[0].exit_kib = 150 << 10;
    rise = only(&site, &phase_of);
    assert_int_equal(rise.passed.bytes, 14 * MIB);
    assert_int_equal(rise.passed.kind, MW_MODEL_ESTIMATE);
    phase->kind = MW_PHASE_USER; /* has the phases in it */
    expect_none();
}

static void test_exchange(void **state)
{
    struct mw_model_rise rise;
    uint32_t site, phase_of;

    (void)state;
    phases[0][0].kind = MW_PHASE_EXCHANGE;
    phases[0][0].first_ns = 10;
    phases[0][0].last_ns = 90;
    phases[0][0].peak.bytes = 130 * MIB;
    phases[0][0].growth = 8 * MIB;
    phases[0][0].growth_mpi = 8 * MIB;
    add_spike(0, 100 * MIB, 130 * MIB, 108 * MIB); /* in one of its calls: counted there only */
    spikes[0][0].entry_ns = 40;
    spikes[0][0].exit_ns = 60;
    rise = only(&site, &phase_of);
    assert_int_equal(site, 1);
    assert_int_equal(rise.passed.bytes, 22 * MIB);
}

static void test_merged(void **state)
{
    struct mw_rises rises;

    (void)state;
    add_spike(0, 100 * MIB, 112 * MIB, 100 * MIB);
    add_spike(1, 100 * MIB, 120 * MIB, 100 * MIB);
    phases[0][0].growth = 30 * MIB;
    phases[1][0].growth = 14 * MIB;
    phases[1][1].growth = 1 * MIB; /* less than 1 % of 200 MiB */
    rises = list();
    assert_int_equal(rises.count, 2);
    assert_int_equal(rises.items[0].rise->stayed, 30 * MIB);
    assert_ptr_equal(rises.items[0].phase, &merged_phases[0]);
    assert_int_equal(rises.items[1].rise->passed.bytes, 20 * MIB);
    assert_int_equal(rises.items[1].rise->rank, 1);
    assert_ptr_equal(rises.items[1].site, &merged_sites[1]);
    mw_rises_free(&rises);
    phases[0][0].growth = INT64_MIN; /* numbers of a record can have any value */
    phases[0][0].growth_mpi = INT64_MAX;
    rises = list();
    assert_int_equal(rises.count, 2);
    mw_rises_free(&rises);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_in_call, set_up), cmocka_unit_test_setup(test_between, set_up),
        cmocka_unit_test_setup(test_exchange, set_up), cmocka_unit_test_setup(test_merged, set_up)};

    return cmocka_run_group_tests_name("rises", tests, NULL, NULL);
}
