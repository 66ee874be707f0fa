/* SPDX-License-Identifier: MIT */
/* Comparisons of synthetic runs: what is a change, what is noise, and what is matched at another line. */
#include "collector/base/mem.h"
#include "collector/compare/compare.h"
#include "collector/report/compare.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ull << 20)

/* A run of one rank, with one phase "fft" and one call. The caller owns its place, which is at this line. */
static struct mw_model *run_of(uint64_t peak, struct mw_model_place *place, uint64_t spike)
{
    struct mw_model *model = mw_model_create();

    model->job.command = mw_model_string(model, "mpirun ./app <b>|@all");
    model->peak.seen = (struct mw_model_bytes){peak, MW_MODEL_AT_LEAST};
    model->peak.upper = (struct mw_model_bytes){peak + MIB, MW_MODEL_AT_MOST};
    model->ranks = mw_mem_alloc(1, sizeof(*model->ranks));
    model->rank_count = 1;
    model->ranks[0] = (struct mw_model_rank){
        .peak = {peak, MW_MODEL_EXACT}, .peak_phase = MW_MODEL_NONE, .peak_site = MW_MODEL_NONE, .error_bytes = MIB};
    mw_model_spread_add(&model->rank_peak, 0, peak, 0);
    model->cost.error_bytes_max = model->peak.error_bytes = MIB;
    model->phases = mw_mem_alloc(1, sizeof(*model->phases));
    model->phase_count = 1;
    model->phases[0] = (struct mw_model_merged_phase){
        .kind = MW_PHASE_USER, .name = "fft", .path = "fft", .peak_kind = MW_MODEL_EXACT, .peak = {.max = peak}};
    model->sites = mw_mem_alloc(1, sizeof(*model->sites));
    model->site_count = 1;
    place->function = "solve";
    place->file = place->path = "app.c";
    place->module = "";
    model->sites[0] = (struct mw_model_merged_site){.call = "MPI_Allreduce",
                                                    .label = mw_model_format(model, "MPI_Allreduce app.c:%u", place->line),
                                                    .comm_size = 1,
                                                    .place = place,
                                                    .spike = spike};
    return model;
}

static void take(struct mw_compare *compare, enum mw_compare_side side, uint64_t peak, uint32_t line, uint64_t spike)
{
    struct mw_model_place place = {.line = line};
    struct mw_model *model = run_of(peak, &place, spike);

    mw_compare_add_run(compare, side, model);
    mw_model_destroy(model);
}

/* Runs with the given peaks, terminated by 0; the verdict on a row. */
static enum mw_compare_verdict verdict(const uint64_t *base, const uint64_t *candidate, double threshold, const char *name)
{
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_PHASE, threshold);
    enum mw_compare_verdict found = MW_COMPARE_GONE;

    for (; *base; base++)
        take(compare, MW_COMPARE_BASE, *base * MIB, 10, 0);
    for (; *candidate; candidate++)
        take(compare, MW_COMPARE_CANDIDATE, *candidate * MIB, 10, 0);
    mw_compare_judge(compare);
    for (size_t i = 0; i < compare->row_count; i++)
        if (!strcmp(compare->rows[i].name, name))
            found = compare->rows[i].verdict;
    mw_compare_destroy(compare);
    return found;
}

static void test_verdicts(void **state)
{
    static const struct {
        uint64_t base[8], candidate[8];
        double threshold;
        enum mw_compare_verdict verdict;
    } cases[] = {
        {{100}, {100}, 0.05, MW_COMPARE_SAME},
        {{100}, {104}, 0.05, MW_COMPARE_SAME},
        {{100}, {106}, 0.05, MW_COMPARE_GREW},
        {{100}, {106}, 0.10, MW_COMPARE_SAME},
        {{100}, {90}, 0.05, MW_COMPARE_SHRANK},
        {{100}, {101}, 0, MW_COMPARE_NOISE},                        /* within the reading error */
        {{100, 110, 101}, {106, 108, 107}, 0.05, MW_COMPARE_NOISE}, /* the runs of one side differ by more */
        {{100, 101, 102}, {120, 121, 122}, 0.05, MW_COMPARE_GREW},
        {{100, 101, 102}, {120, 150, 121}, 0.05, MW_COMPARE_NOISE},
        {{100, 102}, {110, 112}, 0.05, MW_COMPARE_GREW}, /* medians of two are the mean */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum mw_compare_verdict found = verdict(cases[i].base, cases[i].candidate, cases[i].threshold, "fft");
        if (found != cases[i].verdict)
            fail_msg("case %zu: %s", i, mw_report_compare_word(found));
    }
}

/* The sampled sum is reported, but does not count if a bound is known. */
static void test_sampled(void **state)
{
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_RANK, 0.05);
    struct mw_findings findings = {0};
    size_t sampled = 0;

    (void)state;
    take(compare, MW_COMPARE_BASE, 100 * MIB, 10, 0);
    take(compare, MW_COMPARE_CANDIDATE, 120 * MIB, 10, 0);
    mw_compare_judge(compare);
    for (size_t i = 0; i < compare->row_count; i++)
        if (!strcmp(compare->rows[i].what, "sum seen at one moment"))
            sampled += compare->rows[i].verdict == MW_COMPARE_SAMPLED;
    assert_int_equal(sampled, 1);
    mw_compare_findings(compare, &findings);
    assert_int_equal(findings.count, 3); /* the bound, the rank with the highest peak, rank 0 */
    assert_int_equal(mw_findings_status(&findings), MW_FINDINGS_REGRESSION);
    mw_findings_fini(&findings);
    mw_compare_destroy(compare);
}

/* A call that is now at another line, and is the only one of its kind in its function, is the same call. */
static void test_moved(void **state)
{
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_SITE, 0.05);
    size_t found = 0;

    (void)state;
    take(compare, MW_COMPARE_BASE, 100 * MIB, 10, 8 * MIB);
    take(compare, MW_COMPARE_CANDIDATE, 100 * MIB, 14, 24 * MIB);
    mw_compare_judge(compare);
    for (size_t i = 0; i < compare->row_count; i++)
        if (!strcmp(compare->rows[i].what, "rise inside a call")) {
            found++;
            assert_int_equal(compare->rows[i].verdict, MW_COMPARE_GREW);
            assert_int_equal(compare->rows[i].change, 16 * MIB);
            assert_string_equal(compare->rows[i].file, "app.c");
            assert_int_equal(compare->rows[i].line, 14);
        }
    assert_int_equal(found, 1);
    mw_compare_destroy(compare);
}

/* The information on one place on each side. */
struct known {
    const char *label, *function, *file, *module;
    uint64_t offset;
    uint32_t line;
};

static void take_site(struct mw_compare *compare, enum mw_compare_side side, const struct known *known)
{
    struct mw_model_place place = {.line = known->line, .offset = known->offset};
    struct mw_model *model = run_of(100 * MIB, &place, 8 * MIB);

    place.label = known->label;
    place.function = known->function;
    place.file = place.path = known->file;
    place.module = known->module;
    model->sites[0].label = mw_model_format(model, "MPI_Allreduce %s", known->label);
    model->phases[0] = (struct mw_model_merged_phase){.kind = MW_PHASE_BETWEEN,
                                                      .parent = MW_MODEL_NONE,
                                                      .from_call = "MPI_Allreduce",
                                                      .from_place = &place,
                                                      .path = mw_model_format(model, "MPI_Allreduce %s → end", known->label),
                                                      .peak_kind = MW_MODEL_EXACT,
                                                      .peak = {.max = 100 * MIB},
                                                      .entry_rss = {.max = 90 * MIB}};
    mw_compare_add_run(compare, side, model);
    mw_model_destroy(model);
}

static void test_labels(void **state)
{
    static const struct {
        struct known base, candidate;
        bool same;
    } cases[] = {
        /* an older record, of the same build */
        {{"libmd.so+0x1f20", "md::run", "", "/a/libmd.so", 0x1f20, 0},
         {"md::run+0x20", "md::run", "", "/a/libmd.so", 0x1f20, 0},
         true},
        {{"libmd.so+0x1f20", "", "", "/a/libmd.so", 0x1f20, 0},
         {"md::run+0x20", "md::run", "", "/b/libmd.so", 0x1f20, 0},
         true},
        /* with and without debug information, also of another build */
        {{"md.c:7", "run", "md.c", "/a/app", 0x1f20, 7}, {"run+0x20", "run", "", "/a/app", 0x1f20, 0}, true},
        {{"run+0x24", "run", "", "/a/app", 0x1f24, 0}, {"md.c:7", "run", "md.c", "/a/app", 0x2f20, 7}, true},
        {{"run+0x24", "run", "", "/a/app", 0x1f24, 0}, {"run+0x88", "run", "", "/a/app", 0x2f88, 0}, true},
        /* another place */
        {{"run+0x24", "run", "", "/a/app", 0x1f24, 0}, {"sum+0x8", "sum", "", "/a/app", 0x1f24, 0}, false},
        {{"md.c:7", "run", "md.c", "/a/app", 0x1f24, 7}, {"ld.c:7", "run", "ld.c", "/a/app", 0x2f24, 7}, false},
        {{"app+0x1f24", "", "", "/a/app", 0x1f24, 0}, {"app+0x1f28", "", "", "/a/app", 0x1f28, 0}, false},
        {{"app+0x1f24", "", "", "/a/app", 0x1f24, 0}, {"lib+0x1f24", "", "", "/a/lib", 0x1f24, 0}, false},
    };
    static const struct {
        enum mw_compare_by by;
        size_t rows; /* of each place */
    } kinds[] = {{MW_COMPARE_BY_SITE, 2}, {MW_COMPARE_BY_PHASE, 1}};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_compare *compare = mw_compare_create(kinds[i % 2].by, 0.05);
        take_site(compare, MW_COMPARE_BASE, &cases[i / 2].base);
        take_site(compare, MW_COMPARE_CANDIDATE, &cases[i / 2].candidate);
        mw_compare_judge(compare);
        if (mw_compare_count(compare, MW_COMPARE_NEW) != (cases[i / 2].same ? 0 : kinds[i % 2].rows))
            fail_msg("%s, %s", cases[i / 2].base.label, cases[i / 2].candidate.label);
        assert_int_equal(mw_compare_count(compare, MW_COMPARE_GONE), mw_compare_count(compare, MW_COMPARE_NEW));
        mw_compare_destroy(compare);
    }
}

/* ---- lines that allocated ---- */

struct held {
    uint64_t max, error; /* KiB */
    uint32_t line;       /* 0: it is not there */
    bool has_heap;
};

static void take_held(struct mw_compare *compare, enum mw_compare_side side, const struct held *held)
{
    struct mw_model_place place = {.line = 10},
                          at = {.line = held->line, .function = "grow", .file = "a.c", .path = "/src/a.c", .module = ""};
    struct mw_model *model = run_of(100 * MIB, &place, 0);

    at.label = mw_model_format(model, "a.c:%u", held->line);
    model->heaps.ranks = held->has_heap;
    model->heaps.lines = mw_mem_alloc(2, sizeof(*model->heaps.lines));
    model->heaps.line_count = held->line ? 2 : 1;
    model->heaps.lines[0] = (struct mw_model_heap_line){
        .label = "memwatch", .owner = MW_HEAP_MEMWATCH, .library = "", .ranks = 1, .max = 50 * MIB, .mean = 50.0 * MIB};
    model->heaps.lines[1] = (struct mw_model_heap_line){.place = &at,
                                                        .label = at.label,
                                                        .library = "",
                                                        .ranks = 1,
                                                        .max = held->max << 10,
                                                        .mean = (double)(held->max << 10) / 2,
                                                        .max_error = held->error << 10};
    mw_compare_add_run(compare, side, model);
    mw_model_destroy(model);
}

static void test_lines(void **state)
{
    static const struct {
        struct held base, candidate;
        enum mw_compare_verdict verdict;
        int64_t change; /* KiB */
    } cases[] = {
        {{8192, 0, 5, true}, {16384, 0, 5, true}, MW_COMPARE_GREW, 8192},
        {{8192, 0, 5, true}, {16384, 0, 9, true}, MW_COMPARE_GREW, 8192}, /* the line has moved */
        {{8192, 0, 0, true}, {8192, 0, 5, true}, MW_COMPARE_GREW, 8192},  /* it is new, or held nothing */
        {{8192, 0, 5, true}, {8192, 0, 0, true}, MW_COMPARE_SHRANK, -8192},
        {{8192, 0, 5, true}, {8400, 0, 5, true}, MW_COMPARE_SAME, 208},
        {{100, 0, 5, true}, {300, 0, 5, true}, MW_COMPARE_NOISE, 200}, /* too little to matter */
        {{8192, 600, 5, true}, {10240, 0, 5, true}, MW_COMPARE_GREW, 2048},
        {{8192, 700, 5, true}, {10240, 0, 5, true}, MW_COMPARE_NOISE, 2048}, /* not three times the error */
        {{8192, 500, 5, true}, {10240, 500, 5, true}, MW_COMPARE_NOISE, 2048},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_PHASE, 0.05);
        size_t found = 0;
        take_held(compare, MW_COMPARE_BASE, &cases[i].base);
        take_held(compare, MW_COMPARE_CANDIDATE, &cases[i].candidate);
        mw_compare_judge(compare);
        for (size_t k = 0; k < compare->row_count; k++) {
            const struct mw_compare_row *row = &compare->rows[k];
            if (!row->explains || strcmp(row->what, "largest rank") != 0)
                continue;
            found++;
            if (row->verdict != cases[i].verdict || row->change != cases[i].change * 1024)
                fail_msg("case %zu: %s by %lld", i, mw_report_compare_word(row->verdict), (long long)row->change);
        }
        assert_int_equal(found, 1);
        assert_int_equal(mw_compare_count(compare, MW_COMPARE_GREW), 0); /* lines do not count */
        assert_int_equal(mw_compare_count_lines(compare, MW_COMPARE_GREW) > 0, cases[i].verdict == MW_COMPARE_GREW);
        mw_compare_destroy(compare);
    }
}

/* Without allocations on one side there are no lines; runs without a line that others have held nothing there. */
static void test_lines_of_some_runs(void **state)
{
    static const struct held with = {8192, 0, 5, true}, without = {8192, 0, 5, false}, elsewhere = {0, 0, 0, true};
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_PHASE, 0.05);

    (void)state;
    take_held(compare, MW_COMPARE_BASE, &with);
    take_held(compare, MW_COMPARE_CANDIDATE, &without);
    mw_compare_judge(compare);
    for (size_t i = 0; i < compare->row_count; i++)
        assert_false(compare->rows[i].explains);
    assert_non_null(strstr(mw_report_compare_no_lines(compare), "the candidate has no record of allocations"));
    mw_compare_destroy(compare);
    compare = mw_compare_create(MW_COMPARE_BY_PHASE, 0.05);
    take_held(compare, MW_COMPARE_BASE, &elsewhere);
    take_held(compare, MW_COMPARE_BASE, &with);
    take_held(compare, MW_COMPARE_BASE, &elsewhere);
    take_held(compare, MW_COMPARE_CANDIDATE, &with);
    mw_compare_judge(compare);
    assert_true(compare->rows[compare->row_count - 1].explains);
    assert_int_equal(compare->rows[compare->row_count - 1].sides[MW_COMPARE_BASE].count, 3);
    assert_int_equal(compare->rows[compare->row_count - 1].sides[MW_COMPARE_BASE].median, 0);
    assert_null(mw_report_compare_no_lines(compare));
    mw_compare_destroy(compare);
}

/* One phase: its RSS at entry and its peak, in MiB, before and after a change. */
struct phase_change {
    const char *name;
    uint64_t entry[2], peak[2];
    enum mw_compare_verdict verdict;
    size_t followers;
};

static void take_phases(struct mw_compare *compare, enum mw_compare_side side, const struct phase_change *changes, size_t count)
{
    struct mw_model *model = mw_model_create();

    model->job.command = "app";
    model->cost.error_bytes_max = MIB / 4;
    for (size_t i = 0; i < count; i++) {
        struct mw_model_merged_phase *phase = MW_MEM_PUSH(model->phases, model->phase_count);
        phase->name = phase->path = changes[i].name;
        phase->peak_kind = MW_MODEL_EXACT;
        phase->peak.max = changes[i].peak[side] * MIB;
        phase->entry_rss.max = changes[i].entry[side] * MIB;
    }
    mw_compare_add_run(compare, side, model);
    mw_model_destroy(model);
}

/* A value that is higher only because of earlier growth follows it; one that also grew itself does not. */
static void test_followers(void **state)
{
    static const struct phase_change changes[] = {
        {"init", {0, 0}, {10, 10}, MW_COMPARE_SAME, 0},
        {"read", {10, 10}, {20, 24}, MW_COMPARE_GREW, 2}, /* 4 MiB more: the cause */
        {"sum", {20, 24}, {25, 29}, MW_COMPARE_FOLLOWS, 0},
        {"spike", {20, 24}, {30, 44}, MW_COMPARE_GREW, 0}, /* 10 MiB of additional growth */
        {"write", {20, 24}, {21, 25}, MW_COMPARE_FOLLOWS, 0},
        {"late", {20, 34}, {21, 36}, MW_COMPARE_GREW, 0}, /* its entry is higher than earlier growth explains */
    };
    const size_t count = sizeof(changes) / sizeof(changes[0]);
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_PHASE, 0.05);
    struct mw_findings findings = {0};
    size_t found = 0;

    (void)state;
    take_phases(compare, MW_COMPARE_BASE, changes, count);
    take_phases(compare, MW_COMPARE_CANDIDATE, changes, count);
    mw_compare_judge(compare);
    for (size_t i = 0; i < compare->row_count; i++)
        for (size_t k = 0; k < count; k++)
            if (!strcmp(compare->rows[i].group, "phase") && !strcmp(compare->rows[i].name, changes[k].name)) {
                found++;
                if (compare->rows[i].verdict != changes[k].verdict || compare->rows[i].followers != changes[k].followers)
                    fail_msg("%s: %s, %zu followers", changes[k].name, mw_report_compare_word(compare->rows[i].verdict),
                             compare->rows[i].followers);
            }
    assert_int_equal(found, count);
    mw_compare_findings(compare, &findings);
    assert_int_equal(findings.count, 3);
    assert_int_equal(mw_findings_status(&findings), MW_FINDINGS_REGRESSION);
    mw_findings_fini(&findings);
    mw_compare_destroy(compare);
}

static void take_ranks(struct mw_compare *compare, enum mw_compare_side side, uint64_t more)
{
    struct mw_model *model = mw_model_create();

    model->job.command = "app";
    for (int32_t i = 0; i < 30; i++)
        *MW_MEM_PUSH(model->ranks, model->rank_count) = (struct mw_model_rank){
            .rank = i,
            .peak = {100 * MIB + (i == 7 ? 5 * more : more) + (uint64_t)i * 4096, MW_MODEL_EXACT},
            .peak_phase = MW_MODEL_NONE,
            .peak_site = MW_MODEL_NONE,
            .error_bytes = MIB / 4};
    mw_compare_add_run(compare, side, model);
    mw_model_destroy(model);
}

/* Thirty ranks with the same growth are one finding; one rank that grew five times as much is another. */
static void test_similar_ranks(void **state)
{
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_RANK, 0.05);
    size_t ranks = 0;

    (void)state;
    take_ranks(compare, MW_COMPARE_BASE, 0);
    take_ranks(compare, MW_COMPARE_CANDIDATE, 8 * MIB);
    mw_compare_judge(compare);
    for (size_t i = 0; i < compare->row_count; i++)
        if (!strcmp(compare->rows[i].group, "rank") && compare->rows[i].verdict == MW_COMPARE_GREW) {
            assert_int_equal(compare->rows[i].followers, ranks ? 28 : 0);
            ranks++;
        }
    assert_int_equal(ranks, 2);
    assert_int_equal(mw_compare_count(compare, MW_COMPARE_FOLLOWS), 28);
    mw_compare_destroy(compare);
}

/* Which runs are refused, and that a comparison of such runs proves nothing. */
static void test_failed(void **state)
{
    static const struct mw_model_death death = {.text = "called MPI_Abort(3)"};
    static const struct {
        struct mw_model_job job;
        bool died;
        const char *why;
    } cases[] = {
        {{.sampled = true}, false, NULL},
        {{.exit_status = 1}, false, NULL}, /* the status of a run without a launcher is unknown */
        {{.sampled = true, .exit_status = 137}, false, "status 137"},
        {{.sampled = true, .runs = true}, false, "not ended"},
        {{.sampled = true, .launcher_died = true}, false, "killed"},
        {{.sampled = true}, true, "MPI_Abort(3)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_model_place place = {.line = 10};
        struct mw_model *model = run_of(100 * MIB, &place, 0);
        struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_PHASE, 0.05);
        struct mw_findings findings = {0};
        struct mw_err err = {""};
        const char *command = model->job.command;
        model->job = cases[i].job;
        model->job.command = command;
        if (cases[i].died)
            *MW_MEM_PUSH(model->deaths, model->death_count) = death;
        assert_int_equal(mw_compare_check(model, &err), cases[i].why ? -1 : 0);
        assert_true(!cases[i].why || strstr(err.text, cases[i].why));
        mw_compare_add_run(compare, MW_COMPARE_BASE, model);
        mw_compare_add_run(compare, MW_COMPARE_CANDIDATE, model);
        mw_compare_judge(compare);
        assert_int_equal(mw_compare_is_sound(compare), !cases[i].why);
        mw_compare_findings(compare, &findings);
        assert_int_equal(findings.items[0].level, cases[i].why ? MW_FINDING_WARNING : MW_FINDING_PASSED);
        mw_findings_fini(&findings);
        mw_compare_destroy(compare);
        mw_model_destroy(model);
    }
}

static void test_forms(void **state)
{
    struct mw_compare *compare = mw_compare_create(MW_COMPARE_BY_PHASE, 0.05);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *root;

    (void)state;
    take(compare, MW_COMPARE_BASE, 100 * MIB, 10, 0);
    take(compare, MW_COMPARE_CANDIDATE, 120 * MIB, 10, 0);
    mw_compare_judge(compare);
    assert_int_equal(mw_report_compare_json_write(out, compare, &(struct mw_report_style){0}), 0);
    fclose(out);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "rows")), compare->row_count);
    assert_true(json_is_true(json_object_get(root, "regression")));
    json_decref(root);
    free(text);
    out = open_memstream(&text, &size);
    assert_int_equal(mw_report_compare_markdown_write(out, compare, &(struct mw_report_style){0}), 0);
    fclose(out);
    assert_non_null(strstr(text, "mpirun ./app &lt;b&gt;\\|&#64;all"));
    assert_null(strstr(text, "<b>"));
    free(text);
    mw_compare_destroy(compare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts),      cmocka_unit_test(test_sampled),
                                       cmocka_unit_test(test_moved),         cmocka_unit_test(test_labels),
                                       cmocka_unit_test(test_lines),         cmocka_unit_test(test_lines_of_some_runs),
                                       cmocka_unit_test(test_failed),        cmocka_unit_test(test_followers),
                                       cmocka_unit_test(test_similar_ranks), cmocka_unit_test(test_forms)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
