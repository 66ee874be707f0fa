/* SPDX-License-Identifier: MIT */
/* The terminal report against golden texts in tests/golden. MW_GOLDEN_UPDATE=1 rewrites them. */
#include "collector/base/file_names.h"
#include "collector/base/text.h"
#include "collector/base/units.h"
#include "collector/merge/merge.h"
#include "collector/report/text/text.h"
#include "collector/verdict/verdict.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The complete report as text (free() it). */
static char *render(struct mw_model *model, const struct mw_report_style *style)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    mw_verdict_make(model);
    assert_int_equal(mw_report_text_write(out, model, style), 0);
    fclose(out);
    return text;
}

static char *read_golden(const char *path)
{
    FILE *in = fopen(path, "r");
    char *text = calloc(1, 1 << 16);

    if (in) {
        size_t length = fread(text, 1, (1 << 16) - 1, in);
        text[length] = '\0';
        fclose(in);
    }
    return text;
}

static void assert_golden(const char *name, const char *text)
{
    const char *srcdir = getenv("srcdir");
    char path[512], *golden;

    snprintf(path, sizeof(path), "%s/tests/golden/%s.txt", srcdir ? srcdir : ".", name);
    if (getenv("MW_GOLDEN_UPDATE")) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
        return;
    }
    golden = read_golden(path);
    if (strcmp(golden, text) != 0)
        fail_msg("the report is not %s (MW_GOLDEN_UPDATE=1 after a look). It is:\n%s", path, text);
    free(golden);
}

/* Merges a synthetic job and compares its report with a golden text. */
static void check_job(const char *name, int ranks, bool sampled, const struct mw_report_style *style)
{
    struct mw_model *model = merged_job(synthetic_job, ranks, sampled);
    char *text = render(model, style);

    assert_golden(name, text);
    free(text);
    mw_model_destroy(model);
}

/* The same for jobs whose ranks recorded their heaps. */
static void check_heaps(const char *name, int ranks, const struct mw_report_style *style)
{
    struct mw_model *model = merged_job(synthetic_heap_job, ranks, false);
    char *text = render(model, style);

    assert_golden(name, text);
    free(text);
    mw_model_destroy(model);
}

static void test_heaps(void **state)
{
    (void)state;
    check_heaps("report-heap", 4, &(struct mw_report_style){0});
    check_heaps("report-heap-80", 1, &(struct mw_report_style){.width = 80});
}

/* In a post-mortem, also the rank that died. */
static void test_heap_of_the_dead(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;
    char *text;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        synthetic_site(&journal, "MPI_Init", 0, 10);
        synthetic_site(&journal, "MPI_Barrier", 2, 33);
        synthetic_phase(&journal, MW_PHASE_USER, "one", 0, 200, 500, 50 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, "two", 0, 500, 700, 50 * MIB);
        synthetic_finish(&journal, 700, (60 - (uint64_t)rank) * MIB);
        synthetic_fill_heap(&journal, rank, (60 - (uint64_t)rank) * MIB);
        journal.state->stage = rank == 1 ? MW_STAGE_RUNNING : MW_STAGE_EXITED;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = mw_merge_run(dir.fd, NULL, NULL);
    text = render(model, &(struct mw_report_style){0});
    assert_non_null(strstr(text, "What rank 1 held at its peak   ≥ 59.0 MiB"));
    assert_non_null(strstr(text, "What rank 0 held at its peak   = 60.0 MiB"));
    free(text);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* Why there are no lines, and what malloc kept. */
static void test_heap_lines(void **state)
{
    static const struct {
        enum mw_heap_why why;
        const char *text;
    } cases[] = {
        {MW_HEAP_ABSENT, "LD_PRELOAD=libmemwatch-pmpi.so:libmemwatch-heap.so"},
        {MW_HEAP_RECORDING, "malloc kept 71.0 MiB that the program had freed"},
        {MW_HEAP_LATE, "recorded from MPI_Init on"},
        {MW_HEAP_OFF, "MEMWATCH_HEAP=0"},
        {MW_HEAP_SANITIZER, "AddressSanitizer"},
        {MW_HEAP_VALGRIND, "valgrind"},
        {MW_HEAP_OWN_MALLOC, "uses another malloc()"},
        {MW_HEAP_OTHER_VERSION, "another version"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct synthetic_dir dir;
        struct mw_journal journal;
        struct mw_model *model;
        char *text;
        synthetic_make(&dir);
        synthetic_journal(&journal, 0, 1);
        synthetic_finish(&journal, 900, 100 * MIB);
        synthetic_heap(&journal, 100 * MIB);
        journal.heap->sums[MW_HEAP_SUM_RESIDENT].held = 71 * MIB;
        journal.heap->why = cases[i].why;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
        model = mw_merge_run(dir.fd, NULL, NULL);
        text = render(model, &(struct mw_report_style){.width = 200});
        if (!strstr(text, cases[i].text))
            fail_msg("\"%s\" is not in:\n%s", cases[i].text, text);
        free(text);
        mw_model_destroy(model);
        synthetic_remove(&dir);
    }
}

static void test_small_job(void **state)
{
    (void)state;
    check_job("report-4", 4, true, &(struct mw_report_style){0});
}

static void test_all(void **state)
{
    (void)state;
    check_job("report-4-all", 4, true, &(struct mw_report_style){.all = true, .width = 140});
}

static void test_large_job(void **state)
{
    (void)state;
    check_job("report-40", 40, true, &(struct mw_report_style){0});
}

static void test_not_sampled(void **state)
{
    (void)state;
    check_job("report-unsampled", 3, false, &(struct mw_report_style){.width = 80});
}

static void test_no_ranks(void **state)
{
    (void)state;
    check_job("report-no-ranks", 0, true, &(struct mw_report_style){0});
}

static void test_color(void **state)
{
    (void)state;
    check_job("report-color", 2, true, &(struct mw_report_style){.color = true});
}

static void test_filter(void **state)
{
    struct mw_report_style style = {0};
    regex_t exclude;

    (void)state;
    assert_int_equal(regcomp(&exclude, "helper|app", REG_EXTENDED | REG_NOSUB), 0);
    style.exclude = &exclude;
    check_job("report-filter", 4, true, &style);
    regfree(&exclude);
}

/* The samples: the OOM killer ended rank 1, in a group with a limit. */
static void view_killed(struct mw_view *view)
{
    synthetic_view(view, 4);
    view->exit_status = 137;
    view->cgroup_count = 1;
    view->cgroups[0] = (struct mw_view_cgroup){.limit = 160 * MIB,
                                               .kills = 1,
                                               .flags = MW_VIEW_CGROUP_COUNTS,
                                               .name = "/user.slice/job",
                                               .directory = "/sys/fs/cgroup/user.slice/job",
                                               .limit_directory = "/sys/fs/cgroup/user.slice/job"};
    view->charges[view->charge_count++] = (struct mw_view_charge){.kind = MW_LIMIT_CGROUP,
                                                                  .flags = MW_VIEW_CHARGE_SEEN,
                                                                  .bytes = 160 * MIB,
                                                                  .used = 20 * MIB,
                                                                  .hits = 1,
                                                                  .upper = 160 * MIB,
                                                                  .directory = "/sys/fs/cgroup/user.slice/job",
                                                                  .least = {.bytes = 160 * MIB,
                                                                            .used = 155 * MIB,
                                                                            .anon = 40 * MIB,
                                                                            .shmem = 110 * MIB,
                                                                            .dirty = MIB,
                                                                            .kernel = 4 * MIB,
                                                                            .rss = 150 * MIB,
                                                                            .ns = SYNTHETIC_BEGIN + 700 * MS}};
    for (size_t i = 2; i < view->process_count; i++)
        view->processes[i].cgroup = 1;
    view->processes[3].wait_status = SIGKILL;
    view->processes[3].oom_ns = SYNTHETIC_BEGIN + 719 * MS;
    view->processes[3].end_ns = SYNTHETIC_BEGIN + 720 * MS;
    view->processes[3].last_ns = SYNTHETIC_BEGIN + 710 * MS;
    for (uint32_t i = 0; i < 10; i++)
        view->processes[3].recent[view->processes[3].recent_next++] = (struct mw_view_rss){
            SYNTHETIC_BEGIN + (460 + 25 * i) * MS, (1 + i * i) * MIB};
}

/* A job in which rank 1 was killed inside a call and rank 3 left no record. */
static void test_killed(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_journal journal;
    struct mw_model *model;
    char *text;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 3; rank++) {
        synthetic_journal(&journal, rank, 4);
        synthetic_site(&journal, "MPI_Barrier", 4, 33);
        synthetic_phase(&journal, MW_PHASE_USER, "doomed", 0, 200, 700, 50 * MIB);
        synthetic_finish(&journal, 700, 50 * MIB);
        journal.state->stage = rank == 1 ? MW_STAGE_RUNNING : MW_STAGE_EXITED;
        journal.state->in_site = rank == 1 ? 1 : 0;
        journal.state->phase = rank == 1 ? 1 : 0;
        journal.state->peak_phase = 1;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    view_killed(&view);
    synthetic_write_view(&view, &dir);
    model = mw_merge_run(dir.fd, NULL, NULL);
    text = render(model, &(struct mw_report_style){0});
    assert_golden("report-killed", text);
    free(text);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Shared memory that sums count more than once, and memory that RSS does not include. */
static void test_outside_rss(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_journal journal;
    struct mw_model *model;
    char *text;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        synthetic_site(&journal, "MPI_Barrier", 2, 33);
        synthetic_phase(&journal, MW_PHASE_START, "", 0, 20, 100, 30 * MIB);
        synthetic_finish(&journal, 900, 60 * MIB);
        journal.state->huge_bytes = rank ? 64 * MIB : 0;
        journal.state->swap_bytes = rank ? 0 : 8 * MIB;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    synthetic_view(&view, 2);
    view.rss_sum_max = 140 * MIB;
    view.shared_max = 90 * MIB;
    view.shared_ns = SYNTHETIC_BEGIN + 300 * MS;
    view.shared_rss = 140 * MIB;
    view.shared_shmem = 70 * MIB;
    view.processes[1].huge_max = 16 * MIB;
    view.processes[1].swap_max = 2 * MIB;
    synthetic_write_view(&view, &dir);
    model = mw_merge_run(dir.fd, NULL, NULL);
    text = render(model, &(struct mw_report_style){0});
    assert_golden("report-outside-rss", text);
    free(text);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Whatever the input, no escape sequence and only UTF-8 reaches the terminal. */
static void test_hostile_strings(void **state)
{
    static const char evil[] = "\033]0;owned\007\x9b"
                               "31m\xff\xc3(\xe2\x80\xae\r\nfake line";
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_journal journal;
    struct mw_model *model;
    char *text, *copy;

    (void)state;
    synthetic_make(&dir);
    synthetic_journal(&journal, 0, 1);
    strcpy(journal.ident->host, evil);
    strcpy(journal.ident->command, evil);
    strcpy(journal.ident->library, evil);
    strcpy(journal.modules[0].path, evil);
    strcpy(journal.sites[synthetic_site(&journal, "x", 1, 3) - 1].call, "\033[2Jx");
    synthetic_phase(&journal, MW_PHASE_USER, evil, 0, 100, 200, 5 * MIB);
    synthetic_finish(&journal, 300, 5 * MIB);
    synthetic_write(&journal, &dir);
    synthetic_put(&dir, MW_FILE_JOURNAL "\033[31m", "x", 1);
    synthetic_view(&view, 0);
    strcpy(view.command, evil);
    strcpy(view.processes[0].command, evil);
    synthetic_write_view(&view, &dir);
    model = mw_merge_run(dir.fd, NULL, NULL);
    text = render(model, &(struct mw_report_style){.all = true});
    copy = strdup(text);
    for (char *c = copy; (c = strchr(c, '\n'));)
        *c = ' ';
    mw_text_clean(copy); /* changes nothing in a clean text */
    for (size_t i = 0; text[i]; i++)
        assert_true(copy[i] == text[i] || text[i] == '\n');
    assert_null(strstr(text, "\nfake line"));
    free(copy);
    free(text);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_free(&journal);
    synthetic_remove(&dir);
}

/* No line is wider than requested, as far as it can be shortened. */
static void test_width(void **state)
{
    static const int widths[] = {80, 100, 132, 200};
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 20);
    model = mw_merge_run(dir.fd, NULL, NULL);
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        char *text = render(model, &(struct mw_report_style){.width = widths[i], .all = i & 1}), *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
            if (mw_text_width(line) > widths[i] + (widths[i] < 100 ? 16 : 0))
                fail_msg("%d columns, asked for %d: %s", mw_text_width(line), widths[i], line);
        free(text);
    }
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static void test_units(void **state)
{
    (void)state;
    assert_string_equal(mw_units_bytes(0).text, "0 B");
    assert_string_equal(mw_units_bytes(1023).text, "1023 B");
    assert_string_equal(mw_units_bytes(368 * 1024).text, "368 KiB");
    assert_string_equal(mw_units_bytes(64 * MIB).text, "64.0 MiB");
    assert_string_equal(mw_units_bytes(1024 * MIB - 1).text, "1.0 GiB");
    assert_string_equal(mw_units_bytes(UINT64_MAX).text, "16.0 EiB");
    assert_string_equal(mw_units_change(-8192).text, "-8 KiB");
    assert_string_equal(mw_units_change(INT64_MIN).text, "-8.0 EiB");
    assert_string_equal(mw_units_time(340).text, "340 ns");
    assert_string_equal(mw_units_time(999999999).text, "1.00 s");
    assert_string_equal(mw_units_time(3210 * MS).text, "3.21 s");
    assert_string_equal(mw_units_time(125000 * MS).text, "2 min 05 s");
    assert_string_equal(mw_units_time(UINT64_MAX).text, "5124095 h 34 min");
    assert_string_equal(mw_units_count(1234567).text, "1,234,567");
    assert_string_equal(mw_units_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
    assert_string_equal(mw_units_percent(0.0031).text, "0.31 %");
    assert_string_equal(mw_units_percent(0.00001).text, "< 0.01 %");
}

/* On a machine with many CPUs: the possible reading error, and the measured one. */
static void test_large_error(void **state)
{
    struct mw_model *model = mw_model_create();
    char *text;

    (void)state;
    model->cost.error_bytes_max = 384ull << 20;
    text = render(model, &(struct mw_report_style){.width = 200});
    assert_non_null(strstr(text, "high-water mark, at most 384.0 MiB too low   ≤ at most"));
    free(text);
    model->cost.checks = 256;
    model->cost.checked_bytes_max = 100 << 10;
    text = render(model, &(struct mw_report_style){.width = 200});
    assert_non_null(strstr(text,
                           "at most 384.0 MiB too low by the design of its counters; 256 comparisons with a count of the pages "
                           "found at most 100 KiB   ≤ at most"));
    free(text);
    mw_model_destroy(model);
}

static void test_text(void **state)
{
    char text[64], out[64];

    (void)state;
    strcpy(text, "é\xff→\x1b\xc2\x85\xed\xa0\x80z");
    mw_text_clean(text);
    assert_string_equal(text, "é?→?????z");
    assert_int_equal(mw_text_width("é→本"), 4);
    mw_text_fit(out, sizeof(out), "MPI_Bcast fft.c:120", 9, MW_TEXT_CUT_MIDDLE);
    assert_string_equal(out, "MPI_…:120");
    mw_text_fit(out, sizeof(out), "abcdef", 4, MW_TEXT_CUT_RIGHT);
    assert_string_equal(out, "abc…");
    mw_text_fit(out, sizeof(out), "abcdef", 4, MW_TEXT_CUT_LEFT);
    assert_string_equal(out, "…def");
    mw_text_fit(out, 8,
                "ab"
                "\xcc\x9a\xcc\x9a\xcc\x9a",
                9, MW_TEXT_CUT_LEFT); /* marks without columns, and no room for all */
    assert_string_equal(out, "ab\xcc\x9a\xcc\x9a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_error),
        cmocka_unit_test(test_small_job),
        cmocka_unit_test(test_heaps),
        cmocka_unit_test(test_heap_lines),
        cmocka_unit_test(test_heap_of_the_dead),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_large_job),
        cmocka_unit_test(test_not_sampled),
        cmocka_unit_test(test_no_ranks),
        cmocka_unit_test(test_color),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_outside_rss),
        cmocka_unit_test(test_hostile_strings),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
