/* SPDX-License-Identifier: MIT */
/* Models of memory against the number of ranks, on data with a known law. */
#include "collector/scale/fit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB 1048576.0

static const struct mw_lapack *lapack;
static struct mw_fit fit;
static struct mw_fit_point points[256];
static size_t count;

static int set_up(void **state)
{
    struct mw_err err;

    (void)state;
    lapack = mw_lapack_load(&err);
    count = 0;
    return 0;
}

static void point(double n, double s, double bytes)
{
    points[count++] = (struct mw_fit_point){n, s, bytes, bytes};
}

/* Repeatable numbers between -1 and 1. */
static double chance(void)
{
    static unsigned seed = 12345;

    seed = seed * 1103515245 + 12345;
    return (double)(seed >> 16 & 0x7fff) / 16383.5 - 1;
}

static double blurred(double bytes)
{
    return bytes + (0.3 * MIB + 0.01 * bytes) * chance();
}

static void make(void)
{
    mw_fit_make(&fit, lapack, points, count, "size", &(struct mw_fit_prior){0});
}

static void is_formula(const char *expected)
{
    char text[200];

    assert_int_equal(fit.verdict, MW_FIT_GOOD);
    assert_string_equal(mw_fit_formula(text, sizeof(text), &fit.best, "size"), expected);
}

#define SKIP_WITHOUT_LAPACK() \
    do {                      \
        if (!lapack)          \
            skip();           \
    } while (0)

static void near(double value, double expected, double share)
{
    if (fabs(value - expected) > share * expected)
        fail_msg("%g is not %g", value, expected);
}

static void a_constant(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 8; n *= 2)
        point(n, 1, 40 * MIB);
    make();
    is_formula("40.0 MiB");
    near(mw_fit_predict(&fit, lapack, 512, 1).bytes, 40 * MIB, 1e-9);
}

static void data_that_is_divided(void **state)
{
    struct mw_fit_band band;

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 8; n *= 2)
        point(n, 1, 6 * MIB + 48 * MIB / n);
    make();
    is_formula("6.0 MiB + 48.0 MiB / n");
    band = mw_fit_predict(&fit, lapack, 16, 1);
    near(band.bytes, 9 * MIB, 1e-6);
    assert_true(band.low < band.bytes && band.high > band.bytes);
    assert_true(band.high < 1.4 * band.bytes);
    assert_true(mw_fit_is_vague(mw_fit_predict(&fit, lapack, 512, 1))); /* three runs do not show whether something grows */
}

static void a_table_of_all_ranks_on_each_rank(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 8; n *= 2)
        point(n, 1, 36 * MIB + 0.5 * MIB * n);
    make();
    is_formula("36.0 MiB + 512 KiB · n");
    near(mw_fit_predict(&fit, lapack, 1024, 1).bytes, 548 * MIB, 1e-6);
}

static void a_logarithm(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 64; n *= 2)
        point(n, 1, 10 * MIB + 3 * MIB * log2(n));
    make();
    is_formula("10.0 MiB + 3.0 MiB · log2(n)");
}

static void two_terms(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 1; n <= 64; n *= 2)
        point(n, 1, 10 * MIB + 900 * MIB / n + 2 * MIB * n);
    make();
    assert_int_equal(fit.verdict, MW_FIT_GOOD);
    near(mw_fit_predict(&fit, lapack, 512, 1).bytes, (10 + 900 / 512.0 + 1024) * MIB, 0.001);
}

static void size_and_ranks(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 8; n *= 2)
        for (double s = 1e6; s <= 4e6; s *= 2)
            point(n, s, 8 * MIB + 96 * s / n);
    make();
    is_formula("8.0 MiB + 96 B · size / n");
    near(mw_fit_predict(&fit, lapack, 512, 1e9).bytes, 8 * MIB + 96e9 / 512, 1e-6);
}

static void a_divided_and_a_whole_part(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 16; n *= 2)
        for (double s = 1e6; s <= 8e6; s *= 2)
            point(n, s, 8 * MIB + 96 * s / n + 5 * s);
    make();
    assert_int_equal(fit.verdict, MW_FIT_GOOD);
    near(mw_fit_predict(&fit, lapack, 512, 1e8).bytes, 8 * MIB + 96e8 / 512 + 5e8, 0.01);
}

static void noise(void **state)
{
    struct mw_fit_band band;

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (int repeat = 0; repeat < 3; repeat++)
        for (double n = 2; n <= 16; n *= 2)
            point(n, 1, blurred(20 * MIB + 400 * MIB / n));
    make();
    assert_int_equal(fit.verdict, MW_FIT_GOOD);
    band = mw_fit_predict(&fit, lapack, 32, 1);
    near(band.bytes, 32.5 * MIB, 0.05);
    assert_true(band.low < 32.5 * MIB && band.high > 32.5 * MIB);
}

/* How often the band contains the next value, over many noisy studies. */
static void the_band_holds(void **state)
{
    int held = 0;

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (int study = 0; study < 200; study++) {
        double next = blurred(30 * MIB + 300 * MIB / 32);
        struct mw_fit_band band;
        count = 0;
        for (int repeat = 0; repeat < 2; repeat++)
            for (double n = 2; n <= 16; n *= 2)
                point(n, 1, blurred(30 * MIB + 300 * MIB / n));
        make();
        assert_int_equal(fit.verdict, MW_FIT_GOOD);
        band = mw_fit_predict(&fit, lapack, 32, 1);
        held += band.low <= next && next <= band.high;
    }
    assert_true(held >= 185);
}

static void too_few_runs(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (int repeat = 0; repeat < 4; repeat++) {
        point(2, 1, 40 * MIB);
        point(4, 1, 20 * MIB);
    }
    make();
    assert_int_equal(fit.verdict, MW_FIT_TOO_FEW);
    assert_non_null(strstr(fit.why, "three different numbers of ranks"));
    assert_int_not_equal(mw_fit_reach(&fit, 8, 1), MW_FIT_REACHED);
}

static void inconsistent_runs(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 8; n *= 2) {
        point(n, 1, 400 * MIB / n);
        point(n, 1, n == 4 ? 200 * MIB : 400 * MIB / n);
    }
    make();
    assert_int_equal(fit.verdict, MW_FIT_CONTRADICTING);
    assert_non_null(strstr(fit.why, "4 ranks"));
}

static void a_plateau(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    point(2, 1, 7.2 * MIB);
    point(4, 1, 10.45 * MIB);
    point(8, 1, 10.47 * MIB);
    make();
    is_formula("10.5 MiB from n = 4 on");
    near(mw_fit_predict(&fit, lapack, 512, 1).bytes, 10.46 * MIB, 0.001);
    near(mw_fit_predict(&fit, lapack, 2, 1).bytes, 7.2 * MIB, 0.001); /* as it was measured */
    assert_int_not_equal(mw_fit_reach(&fit, 1, 1), MW_FIT_REACHED);
}

/* Three numbers of ranks, the last of them on the plateau: detected if a plateau is expected, and otherwise at least in the
 * band. */
static void a_new_plateau(void **state)
{
    struct mw_fit_band band;

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double s = 10; s <= 40; s *= 2) {
        point(1, s, 6.5 * MIB);
        point(2, s, 7 * MIB);
        point(4, s, 9.5 * MIB);
    }
    mw_fit_make(&fit, lapack, points, count, "size", &(struct mw_fit_prior){.levels_off = true});
    is_formula("9.5 MiB from n = 4 on");
    band = mw_fit_predict(&fit, lapack, 8, 20);
    assert_true(band.low < 9.5 * MIB && band.high > 13 * MIB);
    assert_int_equal(mw_fit_reach(&fit, 2, 40), MW_FIT_REACHED);
}

/* A physical law is found where the data alone would not suffice, and other laws stay in the band. */
static void atoms_in_a_box(void **state)
{
    struct mw_fit_band band;
    char text[200];

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 1; n <= 4; n *= 2)
        for (double s = 15; s <= 25; s += 5)
            point(n, s, blurred(30 * MIB + 1300 * s * s * s / n));
    make();
    assert_int_equal(fit.verdict, MW_FIT_GOOD);
    assert_non_null(strstr(mw_fit_formula(text, sizeof(text), &fit.best, "size"), "size^3 / n"));
    band = mw_fit_predict(&fit, lapack, 2, 40);
    assert_true(band.low < (30 * MIB + 650 * 64e3) && band.high > (30 * MIB + 650 * 64e3));
}

/* 25 is 1.7 times 15: that says little about 60. */
static void a_short_range_predicts_little(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 1; n <= 4; n *= 2)
        for (double s = 15; s <= 25; s += 5)
            point(n, s, 30 * MIB + 1300 * s * s * s / n);
    make();
    assert_int_equal(mw_fit_reach(&fit, 4, 50), MW_FIT_REACHED);
    assert_int_equal(mw_fit_reach(&fit, 4, 70), MW_FIT_S_FAR);
    assert_int_equal(mw_fit_reach(&fit, 4, 5), MW_FIT_S_FAR);
    assert_int_equal(mw_fit_reach(&fit, 256, 20), MW_FIT_REACHED);
    assert_int_equal(mw_fit_reach(&fit, 512, 20), MW_FIT_N_FAR);
}

/* The band widens with the distance. */
static void the_band_widens(void **state)
{
    double share = 0;

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double n = 2; n <= 16; n *= 2)
        for (double s = 1e6; s <= 4e6; s *= 2)
            point(n, s, blurred(20 * MIB + 64 * s / n));
    make();
    for (double s = 4e6; s <= 64e6; s *= 2) {
        struct mw_fit_band band = mw_fit_predict(&fit, lapack, 8, s);
        assert_true((band.high - band.low) / band.bytes > share);
        share = (band.high - band.low) / band.bytes;
    }
}

static void nothing_simple(void **state)
{
    static const double odd[] = {100, 17, 260, 40, 190};

    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (int i = 0; i < 5; i++)
        point(pow(2, i + 1), 1, odd[i] * MIB);
    make();
    assert_int_equal(fit.verdict, MW_FIT_UNEXPLAINED);
}

static void only_varied_parameters(void **state)
{
    (void)state;
    SKIP_WITHOUT_LAPACK();
    for (double s = 1e6; s <= 4e6; s *= 2)
        point(4, s, 8 * MIB + 96 * s / 4);
    make();
    is_formula("8.0 MiB + 24 B · size");
    assert_int_equal(mw_fit_reach(&fit, 4, 2.5e8), MW_FIT_REACHED);
    assert_int_not_equal(mw_fit_reach(&fit, 4, 1e9), MW_FIT_REACHED);
    assert_int_not_equal(mw_fit_reach(&fit, 8, 1e6), MW_FIT_REACHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_constant, set_up),
        cmocka_unit_test_setup(data_that_is_divided, set_up),
        cmocka_unit_test_setup(a_table_of_all_ranks_on_each_rank, set_up),
        cmocka_unit_test_setup(a_logarithm, set_up),
        cmocka_unit_test_setup(two_terms, set_up),
        cmocka_unit_test_setup(size_and_ranks, set_up),
        cmocka_unit_test_setup(a_divided_and_a_whole_part, set_up),
        cmocka_unit_test_setup(noise, set_up),
        cmocka_unit_test_setup(the_band_holds, set_up),
        cmocka_unit_test_setup(too_few_runs, set_up),
        cmocka_unit_test_setup(inconsistent_runs, set_up),
        cmocka_unit_test_setup(a_plateau, set_up),
        cmocka_unit_test_setup(a_new_plateau, set_up),
        cmocka_unit_test_setup(atoms_in_a_box, set_up),
        cmocka_unit_test_setup(a_short_range_predicts_little, set_up),
        cmocka_unit_test_setup(the_band_widens, set_up),
        cmocka_unit_test_setup(nothing_simple, set_up),
        cmocka_unit_test_setup(only_varied_parameters, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
