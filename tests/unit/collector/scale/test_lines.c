/* SPDX-License-Identifier: MIT */
/* The lines of a study: which are modelled, their laws, runs without an entry. */
#include "collector/base/mem.h"
#include "collector/scale/forecast.h"
#include "collector/scale/study_report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB 1024.0
#define MIB 1048576.0

/* One line in all runs: what the fullest rank holds there on n ranks; 0: no entry. */
struct held {
    const char *function;
    uint32_t line;
    double (*bytes)(double n, double s);
    double mean;   /* as a share of the maximum */
    double error;  /* standard deviation, as a share */
    bool is_still; /* the values have no error all the same */
};

static struct mw_study *study;
static size_t worlds; /* of each run */

static int set_up(void **state)
{
    (void)state;
    study = mw_study_create();
    worlds = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mw_study_destroy(study);
    return 0;
}

/* Repeatable numbers between -1 and 1. */
static double chance(void)
{
    static unsigned seed = 4711;

    seed = seed * 1103515245 + 12345;
    return (double)(seed >> 16 & 0x7fff) / 16383.5 - 1;
}

static struct mw_model_place places[200];

static void put_line(struct mw_model *model, const struct held *held, double n, double s)
{
    double bytes = held->bytes(n, s) * (1 + (held->is_still ? 0 : held->error * chance()));
    struct mw_model_place *place = &places[model->heaps.line_count];

    if (!(bytes > 0))
        return;
    *place = (struct mw_model_place){
        .function = held->function, .file = "io.c", .path = "/src/io.c", .module = "/a/app", .line = held->line};
    place->label = mw_model_format(model, "io.c:%u", held->line);
    model->heaps.lines[model->heaps.line_count++] = (struct mw_model_heap_line){.place = place,
                                                                                .label = place->label,
                                                                                .library = "",
                                                                                .ranks = 1,
                                                                                .max = (uint64_t)round(bytes),
                                                                                .mean = bytes * held->mean,
                                                                                .max_error = (uint64_t)(bytes * held->error)};
}

/* A run on n ranks of 100 MiB each. `has_heap`: its lines are known. */
static void run_with(double n, double s, const struct held *held, size_t count, bool has_heap)
{
    struct mw_model *model = mw_model_create();
    struct mw_err err;

    model->worlds = mw_mem_alloc(worlds, sizeof(*model->worlds));
    model->worlds[0].size = (int32_t)n;
    model->world_count = worlds;
    model->rank_count = (size_t)n;
    model->ranks = mw_mem_alloc(model->rank_count, sizeof(*model->ranks));
    model->job.command = mw_model_string(model, "mpirun ./app");
    for (size_t i = 0; i < model->rank_count; i++)
        model->ranks[i] = (struct mw_model_rank){.rank = (int32_t)i, .peak = {100 << 20, MW_MODEL_EXACT}};
    model->heaps.ranks = has_heap ? (uint32_t)n : 0;
    model->heaps.lines = mw_mem_alloc(count + 1, sizeof(*model->heaps.lines));
    for (size_t i = 0; i < count; i++)
        put_line(model, &held[i], n, s);
    model->heaps.lines[model->heaps.line_count++] = (struct mw_model_heap_line){
        .label = "memwatch", .owner = MW_HEAP_MEMWATCH, .library = "", .max = 90 << 20, .mean = 90 << 20};
    assert_int_equal(mw_study_add_run(study, model, "run", s, &err), 0);
    mw_model_destroy(model);
}

/* On 2, 4, 8, 16, 32 ranks. */
static void judge(const struct held *held, size_t count)
{
    for (double n = 2; n <= 32; n *= 2)
        run_with(n, 1, held, count, true);
    mw_study_judge(study);
}

#define JUDGE(held) judge(held, sizeof(held) / sizeof(held[0]))

static const struct mw_study_series *line(const char *name)
{
    return mw_study_find(study, MW_STUDY_LINE, name);
}

static void is_formula(const struct mw_study_series *series, const char *expected)
{
    char text[300];

    assert_non_null(series);
    assert_string_equal(mw_study_formula(text, sizeof(text), study, series), expected);
}

static char *text_of(double n, bool all)
{
    struct mw_report_style style = {.all = all};
    struct mw_forecast forecast = {.n = n, .s = 1, .ranks_per_node = 8, .node_bytes = 1e12};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (n > 0)
        mw_forecast_make(&forecast, study);
    assert_int_equal(mw_scale_text_write(out, study, n > 0 ? &forecast : NULL, &style), 0);
    fclose(out);
    return text;
}

/* ---- laws ---- */

static double table(double n, double s)
{
    return MIB * n * s;
}

static double field(double n, double s)
{
    return 64 * MIB * s / n;
}

static double same(double n, double s)
{
    return 16 * MIB + 0 * n * s;
}

static double tree(double n, double s)
{
    return MIB * n * log2(n) + 0 * s;
}

static double quarters(double n, double s)
{
    return 4 * table(n, s);
}

static double from_four(double n, double s)
{
    return n < 4 ? 0 : table(n, s);
}

static double until_eight(double n, double s)
{
    return n > 8 ? 0 : 8 * table(n, s);
}

static double tiny(double n, double s)
{
    return 40 * KIB + 0 * n * s;
}

static double slow_start(double n, double s)
{
    return 0.1 * MIB * n + 0 * s;
}

static double sized(double n, double s)
{
    return MIB * s / n;
}

static void laws(void **state)
{
    static const struct held held[] = {{"make", 1, table, 0.5, 0, false},
                                       {"make", 2, field, 1, 0, false},
                                       {"make", 3, same, 1, 0, false},
                                       {"make", 4, tree, 1, 0, false},
                                       {"other", 1, same, 1, 0, false}};
    struct mw_fit_band band;

    (void)state;
    JUDGE(held);
    if (!study->lapack)
        skip();
    is_formula(line("make io.c:1"), "1.0 MiB · n");
    is_formula(mw_study_find(study, MW_STUDY_LINE_MEAN, "make io.c:1"), "512 KiB · n");
    is_formula(line("make io.c:2"), "64.0 MiB / n");
    is_formula(line("make io.c:3"), "16.0 MiB");
    is_formula(line("make io.c:4"), "1.0 MiB · n · log2(n)");
    is_formula(line("other io.c:1"), "16.0 MiB"); /* a line of another function */
    assert_null(line("memwatch"));
    assert_int_equal(mw_study_reach(study, line("make io.c:1"), 1024, 1), MW_FIT_REACHED);
    band = mw_study_predict(study, line("make io.c:1"), 1024, 1);
    assert_true(fabs(band.bytes - 1024 * MIB) < MIB);
    assert_true(band.low > 0.8 * band.bytes && band.high < 1.25 * band.bytes);
}

/* A sample's error makes the band wider, even if the values show none, and does not refuse the law. */
static void estimates(void **state)
{
    static const struct held held[] = {
        {"make", 1, quarters, 1, 0, false}, {"make", 2, quarters, 1, 0.12, false}, {"make", 3, quarters, 1, 0.12, true}};
    struct mw_fit_band exact, estimate, still;

    (void)state;
    JUDGE(held);
    if (!study->lapack)
        skip();
    assert_int_equal(line("make io.c:2")->fit.verdict, MW_FIT_GOOD);
    exact = mw_study_predict(study, line("make io.c:1"), 64, 1);
    estimate = mw_study_predict(study, line("make io.c:2"), 64, 1);
    still = mw_study_predict(study, line("make io.c:3"), 64, 1);
    assert_true(estimate.low < 256 * MIB && estimate.high > 256 * MIB);
    assert_true(estimate.high - estimate.low > 1.5 * (exact.high - exact.low));
    assert_true(still.high - still.low > 1.5 * (exact.high - exact.low));
}

/* Exact lines have much less noise than a peak of RSS: 6.4 MiB are predicted within 0.4. */
static void exact_lines(void **state)
{
    static const struct held held[] = {{"make", 1, slow_start, 1, 0, false}};
    struct mw_fit_band band;

    (void)state;
    JUDGE(held);
    if (!study->lapack)
        skip();
    band = mw_study_predict(study, line("make io.c:1"), 64, 1);
    assert_true(band.low > 6.0 * MIB && band.high < 6.8 * MIB);
}

/* Errors stay with their values when the runs are sorted. */
static void errors_by_run(void **state)
{
    static const struct held held[] = {{"make", 1, quarters, 1, 0.12, true}};
    const struct mw_study_series *series;

    (void)state;
    for (double n = 32; n >= 2; n /= 2)
        run_with(n, 1, held, 1, true);
    mw_study_judge(study);
    series = line("make io.c:1");
    for (size_t i = 0; i < study->run_count; i++) {
        assert_true(series->bytes[i] == quarters(study->runs[i].n, 1));
        assert_true(fabs(series->errors[i] - 0.12 * series->bytes[i]) < 1);
    }
}

static void by_a_parameter(void **state)
{
    static const struct held held[] = {{"make", 1, sized, 1, 0, false}};

    (void)state;
    study->param = mw_mem_copy("size");
    for (double n = 2; n <= 8; n *= 2)
        for (double s = 20; s <= 80; s *= 2)
            run_with(n, s, held, 1, true);
    mw_study_judge(study);
    if (!study->lapack)
        skip();
    is_formula(line("make io.c:1"), "1.0 MiB · size / n");
}

/* ---- runs without an entry ---- */

static void no_entry_in_the_smallest_run(void **state)
{
    static const struct held held[] = {{"make", 1, from_four, 1, 0, false}};
    char *text;

    (void)state;
    run_with(1, 1, NULL, 0, false); /* its lines are not known: that is not an entry that is missing */
    JUDGE(held);
    assert_int_equal(line("make io.c:1")->count, 4);
    assert_true(isnan(line("make io.c:1")->bytes[0]) && isnan(line("make io.c:1")->bytes[1]));
    assert_int_equal(mw_study_lines_missing(study, line("make io.c:1")), 1);
    text = text_of(0, false);
    assert_non_null(strstr(text, "\n    no entry: it held less there than"));
    assert_non_null(strstr(text, "; no entry in 1 of 5 runs\n"));
    assert_non_null(strstr(text, "\n    1 of 6 runs have no lines ("));
    free(text);
    if (study->lapack)
        is_formula(line("make io.c:1"), "1.0 MiB · n");
}

static void no_entry_in_the_largest_runs(void **state)
{
    static const struct held held[] = {{"make", 1, until_eight, 1, 0, false}};

    (void)state;
    JUDGE(held);
    if (!study->lapack)
        skip();
    assert_int_equal(line("make io.c:1")->fit.verdict, MW_FIT_GONE);
    is_formula(line("make io.c:1"), "it has no entry in runs on more than 8 ranks");
    assert_int_equal(mw_study_reach(study, line("make io.c:1"), 16, 1), MW_FIT_NO_MODEL);
}

/* The largest runs have no lines at all: nothing is known against the law. */
static void no_lines_in_the_largest_run(void **state)
{
    static const struct held held[] = {{"make", 1, table, 1, 0, false}};

    (void)state;
    run_with(64, 1, held, 0, false);
    JUDGE(held);
    assert_int_equal(mw_study_lines_missing(study, line("make io.c:1")), 0);
    if (study->lapack)
        assert_int_equal(line("make io.c:1")->fit.verdict, MW_FIT_GOOD);
}

static void no_lines_at_all(void **state)
{
    static const struct held held[] = {{"make", 1, table, 1, 0, false}};
    char *text;

    (void)state;
    for (double n = 2; n <= 8; n *= 2)
        run_with(n, 1, held, 1, false);
    mw_study_judge(study);
    assert_null(line("make io.c:1"));
    text = text_of(0, true);
    assert_null(strstr(text, "\nLines"));
    assert_null(strstr(text, "no lines"));
    free(text);
}

/* Lines are merged over all worlds, peaks are those of the first one. */
static void lines_of_spawned_ranks(void **state)
{
    static const struct held held[] = {{"make", 1, table, 1, 0, false}};

    (void)state;
    worlds = 2;
    JUDGE(held);
    assert_null(line("make io.c:1"));
    assert_false(study->runs[0].has_lines);
}

/* ---- the choice ---- */

static void small_lines_are_counted(void **state)
{
    static const struct held held[] = {{"make", 1, table, 1, 0, false}, {"make", 2, tiny, 1, 0, false}};
    char *text;

    (void)state;
    JUDGE(held);
    assert_null(line("make io.c:2"));
    assert_int_equal(study->small_lines, 1);
    text = text_of(0, true);
    assert_non_null(strstr(text, "\n    lines that stay small, without a model: 1\n"));
    free(text);
}

static void the_largest_are_kept(void **state)
{
    struct held held[150];

    (void)state;
    for (uint32_t i = 0; i < 150; i++)
        held[i] = (struct held){"make", i + 1, i % 3 ? same : table, 1, 0, false};
    for (double n = 2; n <= 8; n *= 2) /* there same() is larger */
        run_with(n, 1, held, 150, true);
    mw_study_judge(study);
    assert_int_equal(study->small_lines, 50);
    for (uint32_t i = 0; i < 150; i++) {
        char name[32];
        snprintf(name, sizeof(name), "make io.c:%u", i + 1);
        assert_int_equal(line(name) != NULL, i % 3 != 0);
    }
}

/* A table that is small in each run is the largest line on more ranks. */
static void the_prediction_decides(void **state)
{
    static const struct held held[] = {{"make", 1, same, 1, 0, false}, {"make", 2, slow_start, 1, 0, false}};
    struct mw_study_line_at *lines;
    size_t count;
    char *text;

    (void)state;
    JUDGE(held);
    if (!study->lapack)
        skip();
    lines = mw_study_lines_at(study, false, 0, 0, &count);
    assert_int_equal(count, 2);
    assert_ptr_equal(lines[0].series, line("make io.c:1"));
    assert_false(lines[1].is_large);
    free(lines);
    lines = mw_study_lines_at(study, true, 512, 1, &count);
    assert_ptr_equal(lines[0].series, line("make io.c:2"));
    assert_true(lines[0].is_large);
    assert_true(lines[1].is_large); /* in the runs */
    assert_true(lines[0].band.low < 51.2 * MIB && lines[0].band.high > 51.2 * MIB);
    free(lines);
    text = text_of(512, false);
    assert_non_null(strstr(text, "\n  largest line           make io.c:2 (51.2 MiB)\n"));
    assert_non_null(strstr(text, "    in make: 102 KiB · n, off by "));
    free(text);
}

/* A rank holds at least what one of its lines holds. */
static void a_line_above_the_model_of_the_rank(void **state)
{
    static const struct held held[] = {{"make", 1, table, 1, 0, false}};
    char *text;

    (void)state;
    JUDGE(held);
    if (!study->lapack)
        skip();
    text = text_of(1024, false);
    assert_non_null(strstr(text, "make io.c:1 (1.0 GiB: more than the model of the fullest rank, which is too low)\n"));
    free(text);
    text = text_of(64, false);
    assert_null(strstr(text, "too low)"));
    free(text);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(laws),
        TEST(estimates),
        TEST(exact_lines),
        TEST(errors_by_run),
        TEST(by_a_parameter),
        TEST(no_entry_in_the_smallest_run),
        TEST(no_entry_in_the_largest_runs),
        TEST(no_lines_in_the_largest_run),
        TEST(no_lines_at_all),
        TEST(lines_of_spawned_ranks),
        TEST(small_lines_are_counted),
        TEST(the_largest_are_kept),
        TEST(the_prediction_decides),
        TEST(a_line_above_the_model_of_the_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
