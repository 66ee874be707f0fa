/* SPDX-License-Identifier: MIT */
/* The data of a page of a run with several jobs: {"run": the run, "table": a row for each job, "jobs": each job like a run
 * with one}. */
#include "collector/base/json_out.h"
#include "collector/page/data.h"
#include "collector/report/text/parts.h"

#include <inttypes.h>

static void put_bytes(FILE *out, struct mw_model_bytes value)
{
    putc(',', out);
    putc('[', out);
    mw_json_out_unsigned(out, value.bytes);
    fprintf(out, ",%d]", (int)value.kind);
}

static void put_text(FILE *out, const char *text)
{
    putc(',', out);
    mw_json_out_string(out, text);
}

/* What run_data.js names in JOB. Times count from the begin of the run. */
static void put_row(FILE *out, const struct mw_model *job)
{
    const struct mw_model_rank *worst = job->rank_count ? &job->ranks[job->rank_peak.worst] : NULL;
    char how[200];

    mw_report_text_end(how, sizeof(how), job);
    fprintf(out, "[%u", job->number);
    put_text(out, job->job.command);
    fprintf(out, ",%zu,", job->rank_count);
    mw_json_out_unsigned(out, mw_model_elapsed(job->run, job->job.begin_ns));
    putc(',', out);
    mw_json_out_unsigned(out, mw_model_elapsed(job->run, job->job.end_ns));
    put_text(out, how);
    put_bytes(out, job->peak.upper);
    put_bytes(out, worst ? worst->peak : (struct mw_model_bytes){0, MW_MODEL_UNKNOWN});
    putc(']', out);
}

static void put_jobs(FILE *out, const struct mw_model *run, const struct mw_report_style *style)
{
    fputs("{\"run\":", out);
    mw_page_data_write_one(out, run, style);
    fputs(",\n\"table\":[", out);
    for (size_t i = 0; i < run->job_count; i++) {
        fputs(i ? ",\n" : "\n", out);
        put_row(out, &run->jobs[i]);
    }
    fputs("],\n\"jobs\":[", out);
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
