/* SPDX-License-Identifier: MIT */
/* Tables, metrics and traces in cases that a spreadsheet, a scraper or a viewer would misread. */
#include "collector/merge/merge.h"
#include "collector/report/csv.h"
#include "collector/report/metrics.h"
#include "collector/report/tables.h"
#include "collector/report/trace.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *render(mw_report_write *write, const struct mw_model *model)
{
    const struct mw_report_style style = {.timeline_ranks = true};

    return synthetic_render(write, model, &style);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

/* Ranks 0 and 1, a process that has not returned from MPI_Init, and phases of one path. */
static struct mw_model *make(const char *phase)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    synthetic_make(&dir);
    for (int rank = 0; rank < 4; rank++) {
        struct mw_journal journal;
        uint32_t outer;
        synthetic_journal(&journal, rank, 2);
        outer = synthetic_phase(&journal, MW_PHASE_USER, "a", 0, 10, 200, 20 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, "b", outer, 20, 100, 18 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, "a/b", 0, 300, 400, 25 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, phase, 0, 400, 500, 22 * MIB);
        synthetic_finish(&journal, 500, 30 * MIB);
        if (rank > 1)
            journal.ident->rank = -1;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    synthetic_view(&view, 2);
    synthetic_write_view(&view, &dir);
    mw_view_free(&view);
    model = mw_merge_run(dir.fd, NULL, NULL);
    assert_non_null(model);
    synthetic_remove(&dir);
    return model;
}

/* Every sample line has a unique name and labels. */
static void assert_no_series_twice(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");
        char series[600] = "\n";
        if (*line == '#')
            continue;
        while (line[length - 1] != '}')
            length--;
        snprintf(series + 1, sizeof(series) - 1, "%.*s ", (int)length, line);
        if (count_of(text, series) != 1)
            fail_msg("not once:%s", series);
    }
}

static void test_metrics(void **state)
{
    struct mw_model *model = make("x\\y \"z\"");
    char *text = render(mw_report_metrics_write, model);

    (void)state;
    assert_no_series_twice(text);
    assert_int_equal(count_of(text, "phase=\"a/b\"} 26214400\n"), 1); /* the higher of the two */
    assert_int_equal(count_of(text, "phase=\"x\\\\y \\\"z\\\"\""), 1);
    assert_int_equal(count_of(text, ",rank=\"-1\""), 0);
    assert_int_equal(count_of(text, "memwatch_rank_rss_peak_bytes{"), 4);
    assert_int_equal(count_of(text, "{job=\"") + count_of(text, ",job=\""), 0); /* reserved by Prometheus */
    assert_string_equal(text + strlen(text) - strlen("\n# EOF\n"), "\n# EOF\n");
    for (const char *at = text; (at = strstr(at, "# TYPE ")); at++) { /* one head for each family, before its samples */
        char head[100];
        snprintf(head, sizeof(head), "%.*s ", (int)strcspn(at + strlen("# TYPE "), " ") + (int)strlen("# TYPE "), at);
        assert_int_equal(count_of(text, head), 1);
    }
    free(text);
    mw_model_destroy(model);
}

/* The files of two runs in one folder are one page for a scraper. */
static void test_metrics_of_two_runs(void **state)
{
    struct mw_model *one = make("p"), *other = make("p");
    char *first, *second, *both;

    (void)state;
    other->job.begin_wall_ns += 3 * MS; /* the same command, a little later */
    first = render(mw_report_metrics_write, one);
    second = render(mw_report_metrics_write, other);
    both = calloc(strlen(first) + strlen(second) + 1, 1);
    strcat(strcpy(both, first), second);
    assert_no_series_twice(both);
    free(both);
    free(first);
    free(second);
    mw_model_destroy(one);
    mw_model_destroy(other);
}

/* In the row that begins with this text, the cell of the named column. No cell before it may be quoted. */
static const char *cell_of(const char *text, const char *row, const char *name, char *cell, size_t size)
{
    const char *head = text, *at = strstr(text, row);

    assert_non_null(at);
    at++; /* the line's end before it */
    while (strncmp(head, name, strlen(name)) || (head[strlen(name)] != ',' && head[strlen(name)] != '\n')) {
        head += strcspn(head, ",") + 1;
        at += strcspn(at, ",") + 1;
    }
    snprintf(cell, size, "%.*s", (int)strcspn(at, ",\n"), at);
    return cell;
}

static void test_unknown_is_empty(void **state)
{
    struct mw_model *model = make("p");
    char *text, cell[100];

    (void)state;
    model->processes[1].samples = 0; /* only its exit record exists */
    model->processes[1].rss_max = model->processes[1].pss_max = 0;
    text = render(mw_report_processes_write, model);
    assert_string_equal(cell_of(text, "\nnode01,4001", "largest_sample_bytes", cell, sizeof(cell)), "");
    assert_string_equal(cell_of(text, "\nnode01,4001", "largest_sample_s", cell, sizeof(cell)), "");
    assert_string_equal(cell_of(text, "\nnode01,4001", "huge_pages_bytes", cell, sizeof(cell)), "");
    assert_string_equal(cell_of(text, "\nnode01,4000", "huge_pages_bytes", cell, sizeof(cell)), "0");
    assert_string_equal(cell_of(text, "\nnode01,5002", "rank", cell, sizeof(cell)), "");
    assert_string_equal(cell_of(text, "\nnode01,5000", "rank", cell, sizeof(cell)), "0");
    assert_string_equal(cell_of(text, "\nnode01,5000", "job", cell, sizeof(cell)), "1");
    free(text);
    text = render(mw_report_timeline_write, model);
    assert_int_equal(count_of(text, "pid_5002_peak_bytes"), 1);
    assert_int_equal(count_of(text, "pid_5003_peak_bytes"), 1);
    assert_int_equal(count_of(text, "rank_-1"), 0);
    free(text);
    mw_model_destroy(model);
}

static void test_cells(void **state)
{
    static const struct {
        const char *text, *cell;
    } cells[] = {{"plain", "plain"},     {"a,b", "\"a,b\""},       {"say \"x\"", "\"say \"\"x\"\"\""},
                 {" lead", "\" lead\""}, {"trail ", "\"trail \""}, {"=1+2", "'=1+2"},
                 {"-rf", "'-rf"},        {"@sum", "'@sum"},        {"+1", "'+1"},
                 {" =1", "\"' =1\""},    {"a;b", "\"a;b\""},       {"", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        char *text = NULL;
        size_t size;
        struct mw_csv csv = {.out = open_memstream(&text, &size)};
        mw_csv_text(&csv, cells[i].text);
        fclose(csv.out);
        assert_string_equal(text, cells[i].cell);
        free(text);
    }
}

/* A counter keeps its value: a rank that has ended sets it to 0, and no two ranks share a track. */
static void test_trace(void **state)
{
    struct mw_model *model = make("p");
    char *text;

    (void)state;
    for (size_t i = 0; i < model->rank_count; i++) {
        struct mw_model_rank *rank = &model->ranks[i];
        rank->tick_ns = 100 * MS;
        rank->tick_count = 2;
        free(rank->ticks);
        rank->ticks = calloc(2, sizeof(*rank->ticks));
        rank->ticks[0].peak = rank->ticks[1].peak = (i + 1) * MIB;
    }
    text = render(mw_report_trace_write, model);
    for (size_t i = 0; i < model->rank_count; i++) {
        char value[64];
        snprintf(value, sizeof(value), "\"args\":{\"bytes\":%zu}}", (size_t)((i + 1) * MIB));
        assert_int_equal(count_of(text, value), 2);
    }
    assert_int_equal(count_of(text, "\"args\":{\"bytes\":0}}"), model->rank_count);
    assert_int_equal(count_of(text, "\"name\":\"process 5002, not yet a rank\""), 4); /* its name, and three values */
    assert_int_equal(count_of(text, "\"name\":\"process 5003, not yet a rank\""), 4);
    assert_int_equal(count_of(text, "rank -1"), 0);
    free(text);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_metrics_of_two_runs),
        cmocka_unit_test(test_unknown_is_empty),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
