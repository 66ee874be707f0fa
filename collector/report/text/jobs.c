/* SPDX-License-Identifier: MIT */
/* A run with several jobs: the sections about all of them, a table of the jobs, then each job's sections. */
#include "collector/report/text/parts.h"

#include "collector/base/mem.h"

#include <stdlib.h>

/* Jobs whose sections are written without --all: those that failed, then those with the most memory. */
#define SHOWN 4
/* Rows of the table of jobs. */
#define ROWS 40

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "job", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "ranks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "begin", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "end", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "status", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "upper bound", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "largest rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "command", MW_TEXT_LEFT, 12, MW_TEXT_CUT_RIGHT);
}

static bool has_failed(const struct mw_model *job)
{
    return job->death_count || job->job.exit_status || job->job.exit_signal;
}

static void add_end(struct mw_text_table *table, const struct mw_model *run, const struct mw_model *job)
{
    char status[32] = "?";

    if (job->job.exit_signal)
        snprintf(status, sizeof(status), "signal %d", job->job.exit_signal);
    else if (mw_model_status_is_known(job))
        snprintf(status, sizeof(status), "%d", job->job.exit_status);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s",
                       job->job.runs ? "runs" : mw_units_time(mw_model_elapsed(run, job->job.end_ns)).text);
    mw_text_table_cell(table, has_failed(job) ? MW_TEXT_ALARM : MW_TEXT_PLAIN, "%s",
                       job->job.runs      ? ""
                       : job->death_count ? "failed"
                                          : status);
}

static void add_job(struct mw_text_table *table, const struct mw_model *run, const struct mw_model *job)
{
    uint32_t worst = job->rank_peak.worst;
    struct mw_model_bytes most = job->peak.upper.kind != MW_MODEL_UNKNOWN ? job->peak.upper : job->peak.seen;

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%u", job->number);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%zu", job->rank_count);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_time(mw_model_elapsed(run, job->job.begin_ns)).text);
    add_end(table, run, job);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(most).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", job->rank_count ? mw_report_bytes(job->ranks[worst].peak).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", job->rank_count ? mw_report_rank(job, worst).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", job->job.command);
}

static void write_table(const struct mw_report *report)
{
    const struct mw_model *run = report->model;
    struct mw_text_table *table = mw_text_table_create();
    size_t shown = mw_report_rows(report, ROWS);

    if (shown > run->job_count)
        shown = run->job_count;
    add_columns(table);
    for (size_t i = 0; i < shown; i++)
        add_job(table, run, &run->jobs[i]);
    mw_report_heading(report, "Jobs", "in order of time · begin and end are relative to the start of the run");
    mw_text_table_write(table, report->out, report->width, report->color);
    mw_report_left_out(report, run->job_count - shown, "more job", "more jobs");
    mw_text_table_destroy(table);
}

static uint64_t height(const struct mw_model *job)
{
    return job->peak.upper.kind != MW_MODEL_UNKNOWN ? job->peak.upper.bytes : job->peak.seen.bytes;
}

/* Those that failed first, then those with the most memory; of equals the earlier. */
static int compare(const void *a, const void *b)
{
    const struct mw_model *x = *(const struct mw_model *const *)a, *y = *(const struct mw_model *const *)b;

    if (has_failed(x) != has_failed(y))
        return has_failed(x) ? -1 : 1;
    if (height(x) != height(y))
        return height(x) > height(y) ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* Sets for each job whether its sections are written. */
static void choose(const struct mw_report *report, bool *chosen)
{
    const struct mw_model *run = report->model;
    const struct mw_model **order = mw_mem_alloc(run->job_count, sizeof(*order));

    for (size_t i = 0; i < run->job_count; i++)
        order[i] = &run->jobs[i];
    qsort(order, run->job_count, sizeof(*order), compare);
    for (size_t i = 0; i < run->job_count && i < mw_report_rows(report, SHOWN); i++)
        chosen[order[i] - run->jobs] = true;
    free(order);
}

static void write_job(const struct mw_report *report, const struct mw_model *job)
{
    struct mw_report part = *report;

    part.model = job;
    fputc('\n', report->out);
    mw_report_text_job(&part);
    mw_report_text_sections(&part);
}

void mw_report_text_jobs(const struct mw_report *report)
{
    const struct mw_model *run = report->model;
    bool *chosen = mw_mem_alloc(run->job_count, sizeof(*chosen));
    size_t left = run->job_count;

    mw_report_text_deaths(report);
    mw_report_text_peak(report);
    mw_report_text_hosts(report);
    write_table(report);
    choose(report, chosen);
    for (size_t i = 0; i < run->job_count; i++)
        if (chosen[i]) {
            write_job(report, &run->jobs[i]);
            left--;
        }
    if (left) {
        fputc('\n', report->out);
        mw_report_left_out(report, left, "more job has sections like these", "more jobs have sections like these");
    }
    mw_report_text_processes(report);
    mw_report_text_notes(report);
    free(chosen);
}
