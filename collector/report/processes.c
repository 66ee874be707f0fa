/* SPDX-License-Identifier: MIT */
#include "collector/report/csv.h"
#include "collector/report/tables.h"

#include <stdio.h>
#include <sys/wait.h>

static const char *const head[] = {"host",
                                   "pid",
                                   "ppid",
                                   "image",
                                   "role",
                                   "program",
                                   "command",
                                   "first_seen_s",
                                   "last_seen_s",
                                   "end",
                                   "samples",
                                   "peak_bytes",
                                   "peak_kind",
                                   "largest_sample_bytes",
                                   "largest_sample_s",
                                   "largest_pss_bytes",
                                   "huge_pages_bytes",
                                   "swap_bytes",
                                   "world",
                                   "rank",
                                   "rank_peak_bytes",
                                   "rank_peak_kind",
                                   "rank_peak_s",
                                   "rank_peak_phase",
                                   "rank_peak_call",
                                   "mpi_holds_bytes",
                                   "mpi_holds_kind",
                                   "rss_at_end_bytes",
                                   "mpi_time_s",
                                   "mpi_calls",
                                   "mpi_calls_measured",
                                   "count",
                                   "job",
                                   NULL};

/* Times are relative to the start of the run, also in its jobs. */
struct table {
    struct mw_csv csv;
    const struct mw_model *run, *model; /* `model`: the current job */
};

#define SAMPLED_CELLS 11 /* first_seen_s and following */
#define RANK_CELLS 13    /* world and following */

static void add_end(struct mw_csv *csv, const struct mw_model_process *process)
{
    char text[32];
    int status = process->wait_status;

    if (process->end != MW_VIEW_STATUS)
        snprintf(text, sizeof(text), "%s",
                 process->end == MW_VIEW_ENDED ? "ended"
                 : process->left_running       ? "still running"
                                               : "");
    else if (WIFSIGNALED(status))
        snprintf(text, sizeof(text), "signal %d", WTERMSIG(status));
    else
        snprintf(text, sizeof(text), "status %d", WEXITSTATUS(status));
    mw_csv_text(csv, text);
}

static void add_rank(struct table *table, const struct mw_model_rank *rank)
{
    struct mw_csv *csv = &table->csv;

    mw_csv_number(csv, rank->world + 1u);
    mw_csv_rank(csv, rank->rank);
    mw_csv_bytes(csv, rank->peak);
    mw_csv_seconds(csv, mw_model_elapsed(table->run, rank->peak_ns));
    mw_csv_text(csv, rank->peak_phase == MW_MODEL_NONE ? NULL : rank->phases[rank->peak_phase].path);
    mw_csv_text(csv, rank->peak_site == MW_MODEL_NONE ? NULL : rank->sites[rank->peak_site].label);
    mw_csv_bytes(csv, rank->held_mpi);
    mw_csv_known(csv, rank->end_rss);
    mw_csv_seconds(csv, rank->mpi_ns);
    mw_csv_number(csv, rank->calls);
    mw_csv_number(csv, rank->measured);
    mw_csv_number(csv, 1);
    mw_csv_job(csv, table->model);
    mw_csv_end(csv);
}

/* Values from samples: empty if there were none. */
static void add_sampled(struct table *table, const struct mw_model_process *process)
{
    struct mw_csv *csv = &table->csv;

    mw_csv_known(csv, process->rss_max);
    if (process->samples)
        mw_csv_seconds(csv, mw_model_elapsed(table->run, process->rss_max_ns));
    else
        mw_csv_empty(csv, 1);
    mw_csv_known(csv, process->pss_max);
    if (process->samples) {
        mw_csv_number(csv, process->huge_max);
        mw_csv_number(csv, process->swap_max);
    } else
        mw_csv_empty(csv, 2);
}

static void add_process(struct table *table, const struct mw_model_process *process)
{
    static const char *const roles[] = {"rank", "launcher", "other"};
    struct mw_csv *csv = &table->csv;

    mw_csv_text(csv, table->model->hosts[process->host].name);
    mw_csv_change(csv, process->pid);
    mw_csv_change(csv, process->ppid);
    mw_csv_number(csv, process->image);
    mw_csv_text(csv, roles[process->role]);
    mw_csv_text(csv, process->name);
    mw_csv_text(csv, process->command);
    mw_csv_seconds(csv, mw_model_elapsed(table->run, process->first_ns));
    mw_csv_seconds(csv, mw_model_elapsed(table->run, process->last_ns));
    add_end(csv, process);
    mw_csv_number(csv, process->samples);
    mw_csv_bytes(csv, process->peak);
    add_sampled(table, process);
    if (process->role == MW_MODEL_RANK) {
        add_rank(table, &table->model->ranks[process->rank]);
        return;
    }
    mw_csv_empty(csv, RANK_CELLS);
    mw_csv_number(csv, process->count);
    mw_csv_job(csv, table->model);
    mw_csv_end(csv);
}

/* A rank whose process was not sampled. */
static void add_unseen(struct table *table, const struct mw_model_rank *rank)
{
    struct mw_csv *csv = &table->csv;

    mw_csv_text(csv, table->model->hosts[rank->host].name);
    mw_csv_change(csv, rank->pid);
    mw_csv_change(csv, rank->ppid);
    mw_csv_empty(csv, 1);
    mw_csv_text(csv, "rank");
    mw_csv_text(csv, rank->exe);
    mw_csv_text(csv, rank->command);
    mw_csv_empty(csv, SAMPLED_CELLS);
    add_rank(table, rank);
}

static void add_model(struct table *table, const struct mw_model *model, const struct mw_report_style *style)
{
    table->model = model;
    for (size_t i = 0; i < model->process_count; i++)
        if (mw_report_lists(style, model->processes[i].command))
            add_process(table, &model->processes[i]);
    for (size_t i = 0; i < model->rank_count; i++)
        if (model->ranks[i].process == MW_MODEL_NONE && mw_report_lists(style, model->ranks[i].command))
            add_unseen(table, &model->ranks[i]);
}

int mw_report_processes_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct table table = {.csv.out = out, .run = model};

    mw_csv_head(&table.csv, head);
    add_model(&table, model, style);
    for (size_t i = 0; i < model->job_count; i++)
        add_model(&table, &model->jobs[i], style);
    return ferror(out) ? -1 : 0;
}
