/* SPDX-License-Identifier: MIT */
/* Which phases are shown first: growth that stayed, temporary rises, then the level. */
#include "collector/base/mem.h"
#include "collector/model/phase_choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MIB (1ull << 20)

/* A phase of one rank, sizes in MiB. */
static struct mw_model_merged_phase phase_of(uint64_t entry, uint64_t peak, uint64_t exit)
{
    struct mw_model_merged_phase phase = {.parent = MW_MODEL_NONE, .ranks = 1, .peak_kind = MW_MODEL_EXACT};

    mw_model_spread_add(&phase.entry_rss, 0, entry * MIB, 0);
    mw_model_spread_add(&phase.exit_rss, 0, exit * MIB, 0);
    mw_model_spread_add(&phase.peak, 0, peak * MIB, 0);
    mw_model_change_add(&phase.growth, 0, (int64_t)(exit * MIB) - (int64_t)(entry * MIB), 0);
    return phase;
}

/* Which of `count` phases are chosen, as bits. */
static unsigned long chosen_of(struct mw_model_merged_phase *phases, size_t count, size_t most)
{
    struct mw_model model = {.phases = phases, .phase_count = count};
    bool among[64] = {false}, chosen[64];
    unsigned long bits = 0;

    for (size_t i = 0; i < count; i++)
        among[i] = chosen[i] = true;
    mw_phase_choice_make(&model, among, most, chosen);
    for (size_t i = 0; i < count; i++)
        bits |= (unsigned long)chosen[i] << i;
    return bits;
}

/* Early growth, then many high phases without changes. */
static void test_early_growth(void **state)
{
    struct mw_model_merged_phase phases[40];

    (void)state;
    phases[0] = phase_of(5, 5, 5);
    phases[1] = phase_of(5, 70, 70);
    for (size_t i = 2; i < 40; i++)
        phases[i] = phase_of(70, 70 + i % 2, 70);
    assert_true(chosen_of(phases, 40, 4) & 2);
    assert_true(chosen_of(phases, 40, 2) & 2);
}

/* Many growths do not displace a rise, and vice versa. */
static void test_shares(void **state)
{
    struct mw_model_merged_phase phases[41];
    unsigned long bits;
    int growths = 0;

    (void)state;
    for (size_t i = 0; i < 40; i++)
        phases[i] = phase_of(10 + 2 * i, 12 + 2 * i, 12 + 2 * i);
    phases[40] = phase_of(10, 60, 10);
    bits = chosen_of(phases, 41, 8);
    for (size_t i = 0; i < 40; i++)
        growths += bits >> i & 1;
    assert_true(bits >> 40 & 1);
    assert_int_equal(growths, 7);
    for (size_t i = 0; i < 40; i++)
        phases[i] = phase_of(10, 50, 10);
    phases[17] = phase_of(10, 13, 13);
    assert_true(chosen_of(phases, 40, 6) >> 17 & 1);
}

/* Freed memory explains as much as growth; changes of a few KiB explain nothing. */
static void test_given_back(void **state)
{
    struct mw_model_merged_phase phases[] = {phase_of(80, 80, 20), phase_of(20, 30, 20), phase_of(90, 90, 90),
                                             phase_of(20, 20, 20)};

    (void)state;
    assert_int_equal(mw_phase_choice_growth(&phases[0]), 60 * MIB);
    assert_int_equal(mw_phase_choice_rise(&phases[1]), 10 * MIB);
    assert_int_equal(mw_phase_choice_rise(&phases[0]), 0);
    assert_int_equal(chosen_of(phases, 4, 3), 0x7);
    assert_int_equal(chosen_of(phases, 4, 0), 0);
    assert_int_equal(chosen_of(phases, 4, 10), 0xf);
    phases[3].growth.max = 4096;
    assert_int_equal(chosen_of(phases, 4, 3), 0x7);
}

static void test_among(void **state)
{
    struct mw_model_merged_phase phases[] = {phase_of(0, 50, 50), phase_of(50, 51, 50)};
    struct mw_model model = {.phases = phases, .phase_count = 2};
    const bool among[] = {false, true};
    bool chosen[] = {true, false};

    (void)state;
    mw_phase_choice_make(&model, among, 2, chosen);
    assert_false(chosen[0]);
    assert_true(chosen[1]);
    model.phase_count = 0;
    mw_phase_choice_make(&model, among, 2, chosen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_early_growth), cmocka_unit_test(test_shares),
                                       cmocka_unit_test(test_given_back), cmocka_unit_test(test_among)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
