/* SPDX-License-Identifier: MIT */
/* Adds the values of a run to a study. */
#include "collector/base/mem.h"
#include "collector/model/in_mpi.h"
#include "collector/scale/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RISE_MIN (1 << 20) /* bytes: smaller rises inside calls are ignored */

void mw_study_make_room(struct mw_study *study, struct mw_study_series *series)
{
    size_t first = series->bytes ? study->run_count - 1 : 0;

    series->bytes = mw_mem_resize(series->bytes, study->run_count, sizeof(*series->bytes));
    series->mpi = mw_mem_resize(series->mpi, study->run_count, sizeof(*series->mpi));
    if (mw_study_is_line(series))
        series->errors = mw_mem_resize(series->errors, study->run_count, sizeof(*series->errors));
    for (size_t i = first; i < study->run_count; i++) {
        series->bytes[i] = series->mpi[i] = NAN;
        if (series->errors)
            series->errors[i] = 0;
    }
}

struct mw_study_series *mw_study_add_series(struct mw_study *study, enum mw_study_group group, const char *name)
{
    struct mw_study_series *series = MW_MEM_PUSH(study->series, study->series_count);

    series->group = group;
    series->name = mw_mem_copy(name);
    mw_study_make_room(study, series);
    return series;
}

static struct mw_study_series *series_of(struct mw_study *study, enum mw_study_group group, const char *name)
{
    for (size_t i = 0; i < study->series_count; i++)
        if (study->series[i].group == group && !strcmp(study->series[i].name, name))
            return &study->series[i];
    return mw_study_add_series(study, group, name);
}

/* Sets a value of the last run. If a name occurs twice in it, the larger value counts. */
static void add(struct mw_study *study, enum mw_study_group group, const char *name, uint64_t bytes, uint64_t mpi)
{
    struct mw_study_series *series = series_of(study, group, name);
    size_t run = study->run_count - 1;
    bool is_new = isnan(series->bytes[run]);

    if (!is_new && series->bytes[run] >= (double)bytes)
        return;
    series->bytes[run] = (double)bytes;
    series->mpi[run] = (double)mpi;
    series->count += is_new;
}

/* Growth of a rank in MPI_Init (collector/model/in_mpi.h explains why only there): 0 if other threads may have grown
 * meanwhile. Records of earlier versions do not have this information, only the sites. */
static uint64_t mpi_of(const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = index < model->rank_count ? &model->ranks[index] : NULL;
    int64_t growth;

    if (!rank || rank->threads == MW_THREADS_INIT)
        return 0;
    if (rank->threads != MW_THREADS_UNKNOWN)
        return rank->in_mpi.init;
    growth = mw_in_mpi_init(rank);
    return growth > 0 ? (uint64_t)growth : 0;
}

static void raise(uint64_t *known, uint64_t value)
{
    if (*known < value)
        *known = value;
}

/* Ranks of spawned worlds are not included. */
static bool counts(const struct mw_model_rank *rank)
{
    return rank->world == 0 && rank->rank >= 0 && rank->peak.kind != MW_MODEL_UNKNOWN;
}

static void take_ranks(struct mw_study *study, const struct mw_model *model)
{
    struct mw_study_run *run = &study->runs[study->run_count - 1];
    uint64_t rank_0_mpi = 0, others_mpi = 0;

    run->exact = true;
    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        uint64_t mpi = counts(rank) ? mpi_of(model, i) : 0;
        if (!counts(rank))
            continue;
        run->exact &= rank->peak.kind == MW_MODEL_EXACT;
        raise(&run->mpi, mpi);
        raise(&run->error, rank->error_bytes);
        if (run->rank < rank->peak.bytes) {
            run->rank = rank->peak.bytes;
            run->rank_mpi = mpi;
        }
        if (rank->rank == 0) {
            run->rank_0 = rank->peak.bytes;
            rank_0_mpi = mpi;
        } else if (run->others < rank->peak.bytes) {
            run->others = rank->peak.bytes;
            others_mpi = mpi;
        }
    }
    add(study, MW_STUDY_RANK, "fullest rank", run->rank, run->rank_mpi);
    if (run->rank_0)
        add(study, MW_STUDY_RANK, "rank 0", run->rank_0, rank_0_mpi);
    if (run->others)
        add(study, MW_STUDY_RANK, "other ranks", run->others, others_mpi);
    if (run->mpi)
        add(study, MW_STUDY_MPI, "growth in MPI_Init", run->mpi, run->mpi);
}

static bool names_phases(const struct mw_model *model)
{
    for (size_t i = 0; i < model->phase_count; i++)
        if (model->phases[i].kind == MW_PHASE_USER)
            return true;
    return false;
}

static void take_phases(struct mw_study *study, const struct mw_model *model)
{
    bool named = names_phases(model);

    for (size_t i = 0; i < model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &model->phases[i];
        if (phase->peak_kind == MW_MODEL_UNKNOWN)
            continue;
        add(study, MW_STUDY_PHASE, phase->path, phase->peak.max, mpi_of(model, phase->peak.worst));
        series_of(study, MW_STUDY_PHASE, phase->path)->detail = named && phase->kind != MW_PHASE_USER;
    }
}

static void take_sites(struct mw_study *study, const struct mw_model *model)
{
    for (size_t i = 0; i < model->site_count; i++) {
        const struct mw_model_merged_site *site = &model->sites[i];
        if (site->spike < RISE_MIN || !strncmp(site->call, "MPI_Init", 8)) /* that is its own series */
            continue;
        add(study, MW_STUDY_SITE, site->label, mw_model_sum(site->spike_entry_rss, site->spike),
            mpi_of(model, site->spike_rank));
        add(study, MW_STUDY_RISE, site->label, site->spike, 0);
    }
}

static int32_t world_size(const struct mw_model *model)
{
    return model->world_count ? model->worlds[0].size : 0;
}

int mw_study_add_run(struct mw_study *study, const struct mw_model *model, const char *name, double s, struct mw_err *err)
{
    struct mw_study_run *run;

    if (!model->rank_count || world_size(model) < 1)
        return mw_err_set(err, "%s holds no MPI ranks", name);
    if (model->rank_count < (size_t)world_size(model))
        return mw_err_set(err, "%s: of %d ranks only %zu left a record", name, world_size(model), model->rank_count);
    if (!study->command)
        study->command = mw_mem_copy(model->job.command);
    run = MW_MEM_PUSH(study->runs, study->run_count);
    *run = (struct mw_study_run){.name = mw_mem_copy(name), .n = world_size(model), .s = s};
    run->job = model->peak.upper.kind == MW_MODEL_AT_MOST ? model->peak.upper.bytes : 0;
    for (size_t i = 0; i < study->series_count; i++)
        mw_study_make_room(study, &study->series[i]);
    take_ranks(study, model);
    take_phases(study, model);
    take_sites(study, model);
    mw_study_lines_take(study, model);
    return 0;
}
