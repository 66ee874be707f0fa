/* SPDX-License-Identifier: MIT */
/* Ranks whose MPI_Init never returned have no number: no report calls one -1. */
#include "collector/base/ranges.h"
#include "collector/findings/gates.h"
#include "collector/merge/merge.h"
#include "collector/model/rank_name.h"
#include "collector/page/html.h"
#include "collector/report/json.h"
#include "collector/report/metrics.h"
#include "collector/report/tables.h"
#include "collector/report/text/text.h"
#include "collector/report/trace.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Rank 0 got its number. Of the other two, which are inside MPI_Init, one was sampled and has its launcher's variables. */
static struct mw_model *make(void)
{
    struct synthetic_dir dir;
    struct mw_model *model;
    struct mw_view view;

    synthetic_make(&dir);
    synthetic_view(&view, 2);
    for (int i = 0; i < 3; i++) {
        struct mw_journal journal;
        synthetic_journal(&journal, i, 3);
        synthetic_finish(&journal, 900, (uint64_t)(40 + i) * MIB);
        journal.state->stage = i ? MW_STAGE_STARTING : MW_STAGE_EXITED;
        if (i) {
            uint32_t init = synthetic_site(&journal, "MPI_Init", 0, 10);
            journal.ident->rank = -1;
            journal.ident->size = 0;
            synthetic_spike(&journal, init, 1, 10 * MIB, 9 * MIB, 200);
            journal.state->in_site = journal.state->peak_site = init;
            view.processes[2 + (i == 1)].wait_status = 1 << 8;
        }
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    view.processes[3].launch_rank = 1 + 1;
    view.exit_status = 1;
    synthetic_write_view(&view, &dir);
    mw_view_free(&view);
    model = mw_merge_run(dir.fd, NULL, NULL);
    synthetic_remove(&dir);
    assert_non_null(model);
    assert_int_equal(model->rank_count, 3);
    return model;
}

static uint32_t rank_of(const struct mw_model *model, int32_t pid)
{
    for (uint32_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].pid == pid)
            return i;
    fail();
    return 0;
}

static void test_names(void **state)
{
    struct mw_model *model = make();

    (void)state;
    assert_string_equal(mw_rank_name(model, rank_of(model, 5000)).text, "rank 0");
    assert_string_equal(mw_rank_name(model, rank_of(model, 5001)).text, "process 5001 (would be rank 1)");
    assert_string_equal(mw_rank_name(model, rank_of(model, 5002)).text, "process 5002, not yet a rank");
    assert_string_equal(mw_rank_name_short(model, rank_of(model, 5000)).text, "0");
    assert_string_equal(mw_rank_name_short(model, rank_of(model, 5001)).text, "(1)");
    assert_string_equal(mw_rank_name_short(model, rank_of(model, 5002)).text, "pid 5002");
    assert_string_equal(mw_rank_name_short(model, MW_MODEL_NONE).text, "-");
    mw_model_destroy(model);
}

static void test_ranges(void **state)
{
    struct mw_ranges mixed = {0}, none = {0};

    (void)state;
    mw_ranges_add(&mixed, -1, -1);
    mw_ranges_add(&mixed, 4, 4);
    mw_ranges_add(&mixed, -1, -1);
    mw_ranges_add(&mixed, 5, 5);
    assert_string_equal(mw_ranges_text(&mixed), "4-5 (2 without a number yet)");
    assert_int_equal(mixed.count, 4);
    mw_ranges_add(&none, -1, -1);
    assert_string_equal(mw_ranges_text(&none), "(1 without a number yet)");
}

/* A rank's number as a separate number, not the end of "2023-1". */
static void assert_no_minus_one(const char *form, const char *text)
{
    static const char *const wrong[] = {"rank -1", "ranks -1", "rank\":-1", "rank\":\"-1", "rank=\"-1",
                                        "rank_-1", "1.-1",     ",-1,",      "4294967295",  "\"-1\""};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (strstr(text, wrong[i]))
            fail_msg("%s has %s: %.200s", form, wrong[i], strstr(text, wrong[i]));
}

/* Only the data of the run in a page: its scripts contain other numbers. */
static const char *data_of(const char *page)
{
    const char *data = strstr(page, "\"no_ranks\"");

    assert_non_null(data);
    return data;
}

static void test_forms(void **state)
{
    static const struct {
        const char *name;
        mw_report_write *write;
    } forms[] = {
        {"text", mw_report_text_write},     {"json", mw_report_json_write},     {"metrics", mw_report_metrics_write},
        {"trace", mw_report_trace_write},   {"page", mw_report_html_write},     {"csv", mw_report_processes_write},
        {"phases", mw_report_phases_write}, {"spikes", mw_report_spikes_write}, {"timeline", mw_report_timeline_write},
    };
    const struct mw_report_style style = {.width = 100, .all = true, .timeline_ranks = true};
    struct mw_model *model = make();

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        assert_int_equal(forms[i].write(out, model, &style), 0);
        fclose(out);
        assert_no_minus_one(forms[i].name, forms[i].write == mw_report_html_write ? data_of(text) : text);
        free(text);
    }
    mw_model_destroy(model);
}

/* A limit that all of them exceed. */
static void test_findings(void **state)
{
    const struct mw_gates gates = {.rank = MIB, .process = MIB, .leaks = true};
    struct mw_findings findings = {0};
    struct mw_model *model = make();

    (void)state;
    mw_gates_judge(&gates, model, &findings);
    assert_true(findings.count > 0);
    for (size_t i = 0; i < findings.count; i++)
        assert_no_minus_one("finding", findings.items[i].text);
    mw_findings_fini(&findings);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_forms), cmocka_unit_test(test_findings)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
