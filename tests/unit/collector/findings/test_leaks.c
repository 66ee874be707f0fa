/* SPDX-License-Identifier: MIT */
/* What is a leak, and what only looks like one. Visits are stored as the shim stores them. */
#include "collector/findings/leaks.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB 1024.0
#define MIB (1024 * KIB)

typedef double growth(unsigned visit, unsigned visits);

static double leak(unsigned visit, unsigned visits)
{
    return visits ? 100 * KIB * visit : 0;
}

static double noisy_leak(unsigned visit, unsigned visits)
{
    return visits ? 100 * KIB * visit + (visit % 3) * 64 * KIB : 0;
}

static double leak_and_once(unsigned visit, unsigned visits)
{
    return leak(visit, visits) + (visit > visits / 3 ? 4 * MIB : 0);
}

static double warm_up(unsigned visit, unsigned visits)
{
    return 20 * MIB * fmin(1, 4.0 * visit / visits);
}

static double level_off(unsigned visit, unsigned visits)
{
    return 20 * MIB * (1 - exp(-6.0 * visit / visits));
}

static double saw(unsigned visit, unsigned visits)
{
    return visits ? visit % 10 * MIB : 0;
}

static double once(unsigned visit, unsigned visits)
{
    return visit > visits / 2 ? 32 * MIB : 0;
}

static double stairs(unsigned visit, unsigned visits) /* a vector that doubles */
{
    return visits && visit ? MIB * exp2(floor(log2(visit))) : 0;
}

static double slow(unsigned visit, unsigned visits) /* within the noise */
{
    return visits ? 1 * KIB * visit : 0;
}

static double falling(unsigned visit, unsigned visits)
{
    return MIB * (visits - visit);
}

/* Every stride-th visit, at most 16, and the growth of the phase itself. */
static struct mw_model_phase phase_of(growth *shape, unsigned visits, double own)
{
    struct mw_model_phase phase = {.visits = visits, .measured = visits};
    unsigned stride = 1;

    while ((visits + stride - 1) / stride > MW_RECORD_VISITS)
        stride *= 2;
    for (unsigned visit = 1; visit <= visits; visit += stride)
        phase.kept[phase.visit_count++] = (struct mw_visit){visit, (uint32_t)((100 * MIB + shape(visit, visits)) / KIB)};
    phase.growth = (int64_t)(own * (shape(visits, visits) - shape(0, visits)));
    return phase;
}

static void test_shapes(void **state)
{
    static const struct {
        const char *name;
        growth *shape;
        bool leaks;
    } cases[] = {
        {"leak", leak, true},
        {"noisy leak", noisy_leak, true},
        {"leak and a step", leak_and_once, true},
        {"warm-up", warm_up, false},
        {"levels off", level_off, false},
        {"sawtooth", saw, false},
        {"one-off growth", once, false},
        {"doubling", stairs, false},
        {"falling", falling, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (unsigned visits = 100; visits <= 10000; visits *= 10) {
            struct mw_model_phase phase = phase_of(cases[i].shape, visits, 1);
            double slope = mw_leaks_slope(&phase, (uint64_t)MIB);
            if ((slope > 0) != cases[i].leaks)
                fail_msg("%s over %u visits: %f", cases[i].name, visits, slope);
            if (cases[i].leaks && visits == 1000 && fabs(slope - 100 * KIB) > 8 * KIB)
                fail_msg("%s: %f bytes a visit", cases[i].name, slope);
        }
}

static void test_conservative(void **state)
{
    struct mw_model_phase phase = phase_of(leak, 7, 1);

    (void)state;
    assert_true(mw_leaks_slope(&phase, 0) <= 0); /* too few visits */
    phase = phase_of(slow, 100, 1);
    assert_true(mw_leaks_slope(&phase, 0) <= 0); /* too little in total */
    phase = phase_of(leak, 20, 1);
    assert_true(mw_leaks_slope(&phase, 0) > 0);
    assert_true(mw_leaks_slope(&phase, (uint64_t)MIB) <= 0); /* within the reading error */
    phase = phase_of(leak, 100, 0.1);
    assert_true(mw_leaks_slope(&phase, 0) <= 0); /* growth of another phase */
    phase = phase_of(leak, 100, 1);
    assert_true(mw_leaks_is_spanned(&phase));
    phase.visits = 1000; /* the later ones were not measured */
    assert_false(mw_leaks_is_spanned(&phase));
}

/* Values from outside may be arbitrary. */
static void test_hostile(void **state)
{
    struct mw_model_phase phase = {.measured = 1, .visit_count = 1000};

    (void)state;
    assert_true(mw_leaks_slope(&phase, 0) <= 0);
    assert_true(mw_leaks_is_spanned(&(struct mw_model_phase){.visits = 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes), cmocka_unit_test(test_conservative),
                                       cmocka_unit_test(test_hostile)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
