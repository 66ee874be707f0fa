/* SPDX-License-Identifier: MIT */
#include "collector/report/csv.h"
#include "collector/report/tables.h"

static const char *const head[] = {
    "world",           "rank",           "host",           "call",        "place", "phase", "call_number", "enter_s", "leave_s",
    "entry_rss_bytes", "peak_rss_bytes", "exit_rss_bytes", "spike_bytes", "stack", "job",   NULL};

/* Times are relative to the start of the run, also in its jobs. */
static void add_spike(struct mw_csv *csv, const struct mw_model *run, const struct mw_model *model,
                      const struct mw_model_rank *rank, const struct mw_model_spike *spike)
{
    const struct mw_model_site *site = &rank->sites[spike->site];

    mw_csv_number(csv, rank->world + 1u);
    mw_csv_rank(csv, rank->rank);
    mw_csv_text(csv, model->hosts[rank->host].name);
    mw_csv_text(csv, site->call);
    mw_csv_text(csv, site->place ? site->place->label : NULL);
    mw_csv_text(csv, spike->phase == MW_MODEL_NONE ? NULL : rank->phases[spike->phase].path);
    mw_csv_number(csv, spike->visit);
    mw_csv_seconds(csv, mw_model_elapsed(run, spike->entry_ns));
    mw_csv_seconds(csv, mw_model_elapsed(run, spike->exit_ns));
    mw_csv_number(csv, spike->entry_rss);
    mw_csv_number(csv, spike->peak_rss);
    mw_csv_number(csv, spike->exit_rss);
    mw_csv_number(csv, spike->peak_rss > spike->entry_rss ? spike->peak_rss - spike->entry_rss : 0);
    mw_csv_stack(csv, spike->frames, spike->depth);
    mw_csv_job(csv, model);
    mw_csv_end(csv);
}

static void add_job(struct mw_csv *csv, const struct mw_model *run, const struct mw_model *job)
{
    for (size_t i = 0; i < job->rank_count; i++)
        for (uint32_t s = 0; s < job->ranks[i].spike_count; s++)
            add_spike(csv, run, job, &job->ranks[i], &job->ranks[i].spikes[s]);
}

int mw_report_spikes_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_csv csv = {.out = out};

    (void)style;
    mw_csv_head(&csv, head);
    for (size_t i = 0; i < mw_model_parts(model); i++)
        add_job(&csv, model, mw_model_part(model, i));
    return ferror(out) ? -1 : 0;
}
