/* SPDX-License-Identifier: MIT */
#include "collector/model/rank_name.h"
#include "collector/report/csv.h"
#include "collector/report/tables.h"

#include <stdio.h>

/* "rank_3_peak_bytes"; with several jobs "job_2_rank_3_peak_bytes". */
static void write_rank_head(struct mw_csv *csv, const struct mw_model *model, uint32_t rank)
{
    char name[96], job[32] = "";

    if (model->number)
        snprintf(job, sizeof(job), "job_%u_", model->number);
    if (mw_rank_name_is_known(model, rank))
        snprintf(name, sizeof(name), "%srank_%s_peak_bytes", job, mw_rank_name_short(model, rank).text);
    else
        snprintf(name, sizeof(name), "%spid_%d_peak_bytes", job, model->ranks[rank].pid);
    mw_csv_text(csv, name);
}

static void write_head(struct mw_csv *csv, const struct mw_model *model, bool ranks)
{
    static const char *const words[] = {"elapsed_s", "total_rss_bytes", "total_rss_smallest_bytes",
                                        "processes", "samples",         "total_upper_bytes"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        mw_csv_text(csv, words[i]);
    for (size_t k = 0; ranks && k < mw_model_parts(model); k++) {
        const struct mw_model *job = mw_model_part(model, k);
        for (uint32_t i = 0; i < job->rank_count; i++)
            write_rank_head(csv, job, i);
    }
    mw_csv_end(csv);
}

/* A rank's highest RSS between two times, from its slices; empty if unknown. */
static void add_rank(struct mw_csv *csv, const struct mw_model_rank *rank, uint64_t begin, uint64_t end)
{
    uint64_t highest = 0;
    uint64_t first = begin > rank->created_ns && rank->tick_ns ? (begin - rank->created_ns) / rank->tick_ns : 0;

    for (uint64_t i = first; i < rank->tick_count && rank->created_ns + i * rank->tick_ns < end; i++)
        if (rank->ticks[i].peak > highest)
            highest = rank->ticks[i].peak;
    mw_csv_known(csv, highest);
}

/* Of the same processes as total_rss_bytes. */
static void add_bound(struct mw_csv *csv, uint64_t bytes)
{
    mw_csv_known(csv, bytes);
}

static void add_slice(struct mw_csv *csv, const struct mw_model *model, const struct mw_view_slice *slice, bool ranks)
{
    uint64_t offset = (uint64_t)(slice - model->slices) * model->slice_ns;
    uint64_t begin = mw_model_sum(model->job.begin_ns, offset), end = mw_model_sum(begin, model->slice_ns);

    mw_csv_seconds(csv, offset);
    if (slice->samples) {
        mw_csv_number(csv, slice->rss_max);
        mw_csv_number(csv, slice->rss_min);
        mw_csv_number(csv, slice->processes);
    } else {
        mw_csv_empty(csv, 3);
    }
    mw_csv_number(csv, slice->samples);
    add_bound(csv, mw_model_bound_between(model, offset, mw_model_sum(offset, model->slice_ns)));
    for (size_t k = 0; ranks && k < mw_model_parts(model); k++) {
        const struct mw_model *job = mw_model_part(model, k);
        for (size_t i = 0; i < job->rank_count; i++)
            add_rank(csv, &job->ranks[i], begin, end);
    }
    mw_csv_end(csv);
}

int mw_report_timeline_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_csv csv = {.out = out};

    write_head(&csv, model, style->timeline_ranks);
    for (size_t i = 0; i < model->slice_count; i++)
        if (model->slices[i].samples || style->timeline_ranks)
            add_slice(&csv, model, &model->slices[i], style->timeline_ranks);
    return ferror(out) ? -1 : 0;
}
