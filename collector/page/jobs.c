/* SPDX-License-Identifier: MIT */
/* The data of a page of a run with several jobs: {"run": the run, "table": a row for each job, "jobs": each job in the form
 * of a run with one job}. */
#include "collector/page/data.h"
#include "collector/page/table.h"
#include "collector/report/lines/lines.h"

/* Times are since the start of the run. */
static void put_row(struct mw_page_table *table, const struct mw_model *job)
{
    const struct mw_model_rank *worst = job->rank_count ? &job->ranks[job->rank_peak.worst] : NULL;
    char how[200];

    mw_lines_end(how, sizeof(how), job);
    mw_page_table_row(table);
    mw_page_table_index(table, "number", job->number);
    mw_page_table_text(table, "command", job->job.command);
    mw_page_table_count(table, "ranks", job->rank_count);
    mw_page_table_time(table, "begin", mw_model_elapsed(job->run, job->job.begin_ns));
    mw_page_table_time(table, "end", mw_model_elapsed(job->run, job->job.end_ns));
    mw_page_table_text(table, "how", how);
    mw_page_table_known(table, "upper", job->peak.upper);
    mw_page_table_known(table, "largest", worst ? worst->peak : (struct mw_model_bytes){0, MW_MODEL_UNKNOWN});
}

static void put_jobs(FILE *out, const struct mw_model *run, const struct mw_report_style *style)
{
    struct mw_page_table table;

    fputs("{\"run\":", out);
    mw_page_data_write_one(out, run, style);
    table = mw_page_table_begin(out, "table");
    for (size_t i = 0; i < run->job_count; i++)
        put_row(&table, &run->jobs[i]);
    mw_page_table_end(&table);
    fputs(",\n\"jobs\":[", out);
    for (size_t i = 0; i < run->job_count; i++) {
        fputs(i ? ",\n" : "\n", out);
        mw_page_data_write_one(out, &run->jobs[i], style);
    }
    fputs("]}", out);
}

void mw_page_data_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    if (model->job_count)
        put_jobs(out, model, style);
    else
        mw_page_data_write_one(out, model, style);
}
