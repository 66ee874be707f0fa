/* SPDX-License-Identifier: MIT */
#include "collector/report/csv.h"
#include "collector/report/tables.h"

static const char *const head[] = {"phase",
                                   "kind",
                                   "depth",
                                   "from_call",
                                   "from_place",
                                   "to_call",
                                   "to_place",
                                   "ranks",
                                   "visits",
                                   "visits_of_one_rank",
                                   "first_s",
                                   "last_s",
                                   "time_mean_s",
                                   "time_max_s",
                                   "peak_max_bytes",
                                   "peak_kind",
                                   "peak_world",
                                   "peak_rank",
                                   "peak_mean_bytes",
                                   "entry_rss_mean_bytes",
                                   "exit_rss_mean_bytes",
                                   "growth_bytes",
                                   "growth_in_mpi_bytes",
                                   "job",
                                   NULL};

static void add_worst(struct mw_csv *csv, const struct mw_model *model, uint32_t worst)
{
    if (worst >= model->rank_count) {
        mw_csv_empty(csv, 2);
        return;
    }
    mw_csv_number(csv, model->ranks[worst].world + 1u);
    mw_csv_rank(csv, model->ranks[worst].rank);
}

/* Times are relative to the start of the run, also in its jobs. */
static void add_phase(struct mw_csv *csv, const struct mw_model *run, const struct mw_model *model,
                      const struct mw_model_merged_phase *phase)
{
    static const char *const kinds[] = {"start", "between", "user", "end"};

    mw_csv_text(csv, phase->path);
    mw_csv_text(csv, kinds[phase->kind]);
    mw_csv_number(csv, phase->depth);
    mw_csv_text(csv, phase->from_call);
    mw_csv_text(csv, phase->from_place ? phase->from_place->label : NULL);
    mw_csv_text(csv, phase->to_call);
    mw_csv_text(csv, phase->to_place ? phase->to_place->label : NULL);
    mw_csv_number(csv, phase->ranks);
    mw_csv_number(csv, phase->visits);
    mw_csv_number(csv, phase->visits_max);
    mw_csv_seconds(csv, mw_model_elapsed(run, phase->first_ns));
    mw_csv_seconds(csv, mw_model_elapsed(run, phase->last_ns));
    mw_csv_seconds(csv, (uint64_t)phase->time.mean);
    mw_csv_seconds(csv, phase->time.max);
    mw_csv_bytes(csv, (struct mw_model_bytes){phase->peak.max, phase->peak_kind});
    add_worst(csv, model, phase->peak.worst);
    mw_csv_known(csv, (uint64_t)phase->peak.mean);
    mw_csv_known(csv, (uint64_t)phase->entry_rss.mean);
    mw_csv_known(csv, (uint64_t)phase->exit_rss.mean);
    mw_csv_change(csv, phase->growth.sum);
    mw_csv_change(csv, phase->growth_mpi);
    mw_csv_job(csv, model);
    mw_csv_end(csv);
}

int mw_report_phases_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct mw_csv csv = {.out = out};

    (void)style;
    mw_csv_head(&csv, head);
    for (size_t k = 0; k < mw_model_parts(model); k++) {
        const struct mw_model *job = mw_model_part(model, k);
        for (size_t i = 0; i < job->phase_count; i++)
            add_phase(&csv, model, job, &job->phases[i]);
    }
    return ferror(out) ? -1 : 0;
}
