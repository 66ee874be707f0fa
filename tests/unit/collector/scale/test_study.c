/* SPDX-License-Identifier: MIT */
/* What a study derives from its models: folded rows, limits, refusals, and the most useful next run. */
#include "collector/base/mem.h"
#include "collector/scale/forecast.h"
#include "collector/scale/student.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIB 1048576.0

static struct mw_study *study;

static int set_up(void **state)
{
    (void)state;
    study = mw_study_create();
    study->command = mw_mem_copy("mpirun -n {n} ./app {size}");
    study->param = mw_mem_copy("size");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mw_study_destroy(study);
    return 0;
}

static void run(double n, double s)
{
    struct mw_study_run *added = MW_MEM_PUSH(study->runs, study->run_count);

    *added = (struct mw_study_run){.name = mw_mem_copy("run"), .n = n, .s = s, .exact = true};
}

typedef double bytes_of(double n, double s);

/* To be called after all runs. */
static void series(enum mw_study_group group, const char *name, bytes_of *bytes)
{
    struct mw_study_series *added = MW_MEM_PUSH(study->series, study->series_count);

    added->group = group;
    added->name = mw_mem_copy(name);
    added->bytes = mw_mem_alloc(study->run_count, sizeof(double));
    added->mpi = mw_mem_alloc(study->run_count, sizeof(double));
    added->count = study->run_count;
    for (size_t i = 0; i < study->run_count; i++) {
        added->bytes[i] = bytes(study->runs[i].n, study->runs[i].s);
        if (group == MW_STUDY_RANK)
            study->runs[i].rank = (uint64_t)added->bytes[i];
    }
}

static double cube(double n, double s)
{
    return 20 * MIB + 2000 * s * s * s / n;
}

static double a_little_more(double n, double s)
{
    return cube(n, s) + 0.4 * MIB;
}

static double twice(double n, double s)
{
    return 2 * cube(n, s);
}

/* n = 2, 4, 8; size 20, 40, 80. */
static void judge(void)
{
    for (double n = 2; n <= 8; n *= 2)
        for (double s = 20; s <= 80; s *= 2)
            run(n, s);
    series(MW_STUDY_RANK, "fullest rank", cube);
    series(MW_STUDY_PHASE, "setup", cube);
    series(MW_STUDY_PHASE, "solve", a_little_more);
    series(MW_STUDY_PHASE, "output", twice);
    series(MW_STUDY_SITE, "MPI_Allreduce", cube);
    series(MW_STUDY_RISE, "MPI_Allreduce", cube);
    series(MW_STUDY_RISE, "MPI_Bcast", cube);
    mw_study_judge(study);
}

static const struct mw_study_series *phase(const char *name)
{
    return mw_study_find(study, MW_STUDY_PHASE, name);
}

static void one_row_per_cause(void **state)
{
    (void)state;
    judge();
    assert_null(phase("setup")->follows);
    assert_int_equal(phase("setup")->followers, 1);
    assert_ptr_equal(phase("solve")->follows, phase("setup"));
    assert_null(phase("output")->follows);
    assert_null(mw_study_find(study, MW_STUDY_SITE, "MPI_Allreduce")->follows);
    assert_null(mw_study_find(study, MW_STUDY_RISE, "MPI_Bcast")->follows); /* each rise is a cause */
}

static struct mw_forecast forecast_of(double n, double s, double node)
{
    struct mw_forecast forecast = {.n = n, .s = s, .ranks_per_node = 8, .node_bytes = node};

    mw_forecast_make(&forecast, study);
    return forecast;
}

static void limits_by_the_band_and_by_the_prediction(void **state)
{
    struct mw_forecast forecast;

    (void)state;
    judge();
    if (!study->lapack)
        skip();
    forecast = forecast_of(16, 100, 8 * 400 * MIB);
    assert_int_equal(forecast.reach, MW_FIT_REACHED);
    assert_true(forecast.surely);
    /* 20 MiB + 125 s^3 = 400 MiB */
    assert_true(fabs(forecast.s_largest.by_value - cbrt(380 * MIB / 125)) < 0.02 * forecast.s_largest.by_value);
    assert_true(forecast.s_largest.by_band < forecast.s_largest.by_value);
    assert_false(forecast.s_largest.open_by_value);
}

static void a_limit_beyond_the_runs_is_open(void **state)
{
    struct mw_forecast forecast;

    (void)state;
    judge();
    if (!study->lapack)
        skip();
    forecast = forecast_of(4, 80, 1e15);
    assert_true(forecast.s_largest.open_by_value && forecast.s_largest.open_by_band);
    assert_true(forecast.s_largest.by_value <= mw_fit_carries(20, 80));
    assert_null(forecast.first);
    assert_true(forecast.searched <= mw_fit_carries(2, 8));
}

static void too_far_predictions_are_refused(void **state)
{
    struct mw_forecast forecast;
    char text[300];

    (void)state;
    judge();
    if (!study->lapack)
        skip();
    forecast = forecast_of(8, 80 * 65, 1e9);
    assert_int_equal(forecast.reach, MW_FIT_S_FAR);
    mw_study_why_not(text, sizeof(text), study, mw_study_find(study, MW_STUDY_RANK, "fullest rank"), forecast.reach, 8,
                     80 * 65);
    assert_string_equal(text, "size was 20 to 80 in the runs: predictions reach to 5120 at most, not to 5200");
    assert_true(forecast.advice.found);
    assert_true(forecast.advice.s > 80 || forecast.advice.s < 20); /* only such a run extends the range */
}

/* LAMMPS, melt: measurements on 1, 2 and 4 ranks, and later measurements elsewhere (MiB; MPI_Init's in the middle). */
struct reading {
    double n, s, mpi, rank;
};

static const struct reading melt[] = {{1, 14, 6.9, 34.3}, {2, 14, 7.2, 32.4}, {4, 14, 9.4, 34.1},
                                      {1, 18, 6.9, 38.2}, {2, 18, 7.2, 35.0}, {4, 18, 9.5, 35.1},
                                      {1, 22, 6.9, 44.8}, {2, 22, 7.2, 38.5}, {4, 22, 9.5, 37.1}};
static const struct reading melted[] = {{8, 22, 9.4, 35.0}, {1, 20, 6.9, 41.2}, {3, 20, 9.4, 37.4}, {2, 30, 7.2, 49.6},
                                        {4, 30, 9.4, 42.6}, {8, 30, 9.4, 38.2}, {2, 44, 7.2, 87.3}, {8, 44, 9.5, 48.0}};

static double nothing(double n, double s)
{
    return 0 * n * s;
}

static void molecular_dynamics_particles(void **state)
{
    const struct mw_study_series *rank;
    size_t count = sizeof(melt) / sizeof(melt[0]);

    (void)state;
    for (size_t i = 0; i < count; i++)
        run(melt[i].n, melt[i].s);
    series(MW_STUDY_RANK, "fullest rank", nothing);
    for (size_t i = 0; i < count; i++) {
        study->series[0].bytes[i] = melt[i].rank * MIB;
        study->series[0].mpi[i] = melt[i].mpi * MIB;
        study->runs[i].rank = (uint64_t)(melt[i].rank * MIB);
    }
    mw_study_judge(study);
    if (!study->lapack)
        skip();
    rank = &study->series[0];
    for (size_t i = 0; i < sizeof(melted) / sizeof(melted[0]); i++) {
        struct mw_fit_band band = mw_study_predict(study, rank, melted[i].n, melted[i].s);
        assert_int_equal(mw_study_reach(study, rank, melted[i].n, melted[i].s), MW_FIT_REACHED);
        if (band.low > melted[i].rank * MIB || band.high < melted[i].rank * MIB)
            fail_msg("n = %g, size = %g: %.1f is not in %.1f to %.1f", melted[i].n, melted[i].s, melted[i].rank, band.low / MIB,
                     band.high / MIB);
    }
    assert_int_equal(mw_study_reach(study, rank, 2, 60), MW_FIT_S_FAR);
}

/* The advised run was not made before, is cheap, and narrows the band. */
static void advice_helps(void **state)
{
    struct mw_fit_band before, after;
    struct mw_advice advice;
    double most = 0;

    (void)state;
    for (double n = 1; n <= 4; n *= 2)
        for (double s = 20; s <= 40; s += 10)
            run(n, s);
    series(MW_STUDY_RANK, "fullest rank", cube);
    mw_study_judge(study);
    if (!study->lapack)
        skip();
    before = mw_study_predict(study, &study->series[0], 8, 80);
    mw_advice_find(&advice, study, 8, 80);
    assert_true(advice.found && advice.has_band);
    for (size_t i = 0; i < study->run_count; i++) {
        assert_false(study->runs[i].n == advice.n && study->runs[i].s == advice.s);
        most = fmax(most, study->runs[i].n * (double)study->runs[i].rank);
    }
    assert_true(advice.n * advice.band.bytes <= 4 * most);
    tear_down(NULL);
    set_up(NULL);
    for (double n = 1; n <= 4; n *= 2)
        for (double s = 20; s <= 40; s += 10)
            run(n, s);
    run(advice.n, advice.s);
    series(MW_STUDY_RANK, "fullest rank", cube);
    mw_study_judge(study);
    after = mw_study_predict(study, &study->series[0], 8, 80);
    assert_true(after.high - after.low < 0.8 * (before.high - before.low));
}

/* Two numbers of ranks are too few: a third one is advised. */
static void advice_without_models(void **state)
{
    struct mw_advice advice;

    (void)state;
    run(2, 20);
    run(4, 20);
    series(MW_STUDY_RANK, "fullest rank", cube);
    mw_study_judge(study);
    if (!study->lapack)
        skip();
    mw_advice_find(&advice, study, 16, 20);
    assert_true(advice.found);
    assert_true(advice.n == 8 && advice.s == 20);
    assert_false(advice.has_band);
}

/* Against tables of Student's t. */
static void students_t(void **state)
{
    static const struct {
        size_t freedom;
        double t;
    } table[] = {{1, 12.706}, {2, 4.303}, {3, 3.182}, {4, 2.776}, {7, 2.365}, {20, 2.086}, {120, 1.980}, {1000, 1.962}};
    const struct mw_student two[] = {{0.5, 0, 1, 1000}, {0.5, 100, 1, 1000}};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct mw_student one = {1, 10, 2, table[i].freedom};
        assert_true(fabs(mw_student_below(table[i].t, table[i].freedom) - 0.975) < 2e-4);
        assert_true(fabs(mw_student_below(-table[i].t, table[i].freedom) - 0.025) < 2e-4);
        assert_true(fabs(mw_student_quantile(&one, 1, 0.975) - 10 - 2 * table[i].t) < 0.06);
    }
    /* half of it on each side: 2.5 % of all is 5 % of one */
    assert_true(fabs(mw_student_quantile(two, 2, 0.025) + 1.646) < 0.03);
    assert_true(fabs(mw_student_quantile(two, 2, 0.975) - 101.646) < 0.03);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_row_per_cause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_by_the_band_and_by_the_prediction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_limit_beyond_the_runs_is_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_far_predictions_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(molecular_dynamics_particles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(advice_helps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(advice_without_models, set_up, tear_down),
        cmocka_unit_test(students_t),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
