/* SPDX-License-Identifier: MIT */
/* Several jobs in reports and in the saved record: none mixes them. */
#include "collector/merge/merge.h"
#include "collector/record/json.h"
#include "collector/report/json.h"
#include "collector/report/metrics.h"
#include "collector/report/tables.h"
#include "collector/report/text/text.h"
#include "collector/report/trace.h"
#include "tests/unit/collector/jobs/made_jobs.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* In a large run the records are read again for each job: the reports are the same. */
static void test_large(void **state)
{
    struct mw_model *small = made_two_jobs(), *large;

    (void)state;
    mw_merge_set_detailed_ranks(1);
    large = made_two_jobs();
    mw_merge_set_detailed_ranks(MW_MERGE_DETAILED_RANKS);
    assert_int_equal(large->job_count, 2);
    assert_int_equal(large->peak.upper.bytes, small->peak.upper.bytes);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(large->jobs[i].peak.upper.bytes, small->jobs[i].peak.upper.bytes);
        assert_int_equal(large->jobs[i].phase_count, small->jobs[i].phase_count);
        assert_int_equal(large->jobs[i].site_count, small->jobs[i].site_count);
        assert_string_equal(large->jobs[i].sites[0].label, small->jobs[i].sites[0].label);
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(large->jobs[i].ranks[k].peak.bytes, small->jobs[i].ranks[k].peak.bytes);
    }
    mw_model_destroy(small);
    mw_model_destroy(large);
}

static char *render(mw_report_write *write, const struct mw_model *model)
{
    const struct mw_report_style style = {.all = true, .timeline_ranks = true};

    return synthetic_render(write, model, &style);
}

static void assert_in(mw_report_write *write, const struct mw_model *model, const char *const *texts)
{
    char *text = render(write, model);

    for (; *texts; texts++)
        if (!strstr(text, *texts))
            fail_msg("\"%s\" is not in:\n%s", *texts, text);
    free(text);
}

static void test_forms(void **state)
{
    static const struct {
        mw_report_write *write;
        const char *texts[6];
    } forms[] = {
        {mw_report_text_write, {"2 jobs with 4 ranks", "\nJob 1  mpirun", "\nJob 2  mpirun", "Processes outside of the jobs"}},
        {mw_report_processes_write, {",count,job\n", ",1,1\n", ",1,2\n", "sh,sh script,"}},
        {mw_report_phases_write, {",job\n", ",1\nsolve,user", ",2\n"}},
        {mw_report_timeline_write, {"job_1_rank_0_peak_bytes,job_1_rank_1_peak_bytes,job_2_rank_0_peak_bytes"}},
        {mw_report_trace_write, {"\"job 1 on node01\"", "\"job 2 on node01\"", "\"pid\":2,\"tid\":3"}},
        {mw_report_metrics_write,
         {"memwatch_run_jobs{run=\"node01-100-", "mpi_job=\"1\",world=\"1\",rank=\"0\"",
          "mpi_job=\"2\",phase=\"solve\"} 73400320\n", "\n# EOF\n"}},
    };
    struct mw_model *run = made_two_jobs();

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++)
        assert_in(forms[i].write, run, forms[i].texts);
    mw_model_destroy(run);
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* A record that is read back gives the same reports, and nothing in a record is trusted. */
static void test_record(void **state)
{
    struct mw_model *run = made_two_jobs(), *copy;
    char *json = render(mw_report_json_write, run), *text = render(mw_report_text_write, run), *again, *at;
    char path[] = "/tmp/mw-jobs-XXXXXX";
    struct mw_err err = {""};

    (void)state;
    close(mkstemp(path));
    put_file(path, json);
    copy = mw_record_json_read(path, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(copy->job_count, 2);
    again = render(mw_report_text_write, copy);
    assert_string_equal(text, again);
    mw_model_destroy(copy);
    at = strstr(strstr(json, "\"jobs\":["), "\"world\":0");
    at[strlen("\"world\":")] = '7';
    put_file(path, json);
    assert_null(mw_record_json_read(path, &err));
    assert_non_null(strstr(err.text, "world"));
    unlink(path);
    free(again);
    free(text);
    free(json);
    mw_model_destroy(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
