/* SPDX-License-Identifier: MIT */
/* What of a run is compared: the job's sums always, and peaks by phase, by rank, or by call site. */
#include "collector/compare.h"
#include "collector/mem.h"

#include <stdio.h>

/* A value from outside may be anything. */
static int64_t bounded(uint64_t bytes)
{
    return bytes > INT64_MAX / 4 ? INT64_MAX / 4 : (int64_t)bytes;
}

static int64_t bounded_change(int64_t bytes)
{
    return bytes > INT64_MAX / 4 ? INT64_MAX / 4 : bytes < -(INT64_MAX / 4) ? -(INT64_MAX / 4) : bytes;
}

static const char *name_rank(char *text, size_t size, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = index < model->rank_count ? &model->ranks[index] : NULL;

    if (!rank)
        return NULL;
    if (model->world_count > 1)
        snprintf(text, size, "rank %u.%d", rank->world + 1, rank->rank);
    else
        snprintf(text, size, "rank %d", rank->rank);
    return text;
}

/* "rank 3, in MPI_Alltoall fft.c:120". */
static const char *place_rank(char *text, size_t size, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = index < model->rank_count ? &model->ranks[index] : NULL;
    const char *where = "";
    char name[32];

    if (!rank)
        return NULL;
    if (rank->peak_site < rank->site_count)
        where = rank->sites[rank->peak_site].label;
    else if (rank->peak_phase < rank->phase_count)
        where = rank->phases[rank->peak_phase].path;
    snprintf(text, size, "%s%s%s", name_rank(name, sizeof(name), model, index), where[0] ? ", in " : "", where);
    return text;
}

static void take_job(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    char where[300];
    const char *fullest = model->rank_count ? place_rank(where, sizeof(where), model, model->rank_peak.worst) : NULL;
    struct mw_compare_row *row;

    if (model->peak.upper.kind == MW_MODEL_AT_MOST) {
        row = mw_compare_row(compare, "job", "memory of the job", "upper bound");
        mw_compare_add(&row->sides[side], bounded(model->peak.upper.bytes), MW_MODEL_AT_MOST, model->peak.error_bytes,
                       NULL);
    }
    if (model->peak.seen.kind != MW_MODEL_UNKNOWN) {
        row = mw_compare_row(compare, "job", "memory of the job", "sum seen at one moment");
        row->informs = true;
        mw_compare_add(&row->sides[side], bounded(model->peak.seen.bytes), MW_MODEL_AT_LEAST, model->peak.error_bytes,
                       NULL);
    }
    if (model->rank_count) {
        row = mw_compare_row(compare, "job", "fullest rank", "peak");
        mw_compare_add(&row->sides[side], bounded(model->rank_peak.max),
                       model->ranks[model->rank_peak.worst].peak.kind, model->cost.error_bytes_max, fullest);
    }
}

static void take_phases(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    char name[32];

    for (size_t i = 0; i < model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &model->phases[i];
        struct mw_compare_row *row;
        if (phase->peak_kind == MW_MODEL_UNKNOWN)
            continue;
        row = mw_compare_row(compare, "phase", phase->path, "peak");
        mw_compare_add(&row->sides[side], bounded(phase->peak.max), phase->peak_kind, model->cost.error_bytes_max,
                       name_rank(name, sizeof(name), model, phase->peak.worst));
        mw_compare_add(&row->entries[side], bounded(phase->entry_rss.max), MW_MODEL_EXACT, 0, NULL);
        row->order = i;
    }
}

static void take_ranks(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        char name[32], where[300];
        struct mw_compare_row *row;
        if (rank->peak.kind == MW_MODEL_UNKNOWN || rank->rank < 0)
            continue;
        row = mw_compare_row(compare, "rank", name_rank(name, sizeof(name), model, i), "peak");
        mw_compare_add(&row->sides[side], bounded(rank->peak.bytes), rank->peak.kind, rank->error_bytes,
                       place_rank(where, sizeof(where), model, i));
    }
}

static void note_place(struct mw_compare_row *row, const struct mw_model_merged_site *site)
{
    const struct mw_model_place *place = site->place;
    char alias[600];

    if (!place || row->file)
        return;
    if (place->line)
        row->file = mw_mem_copy(place->path[0] ? place->path : place->file);
    row->line = place->line;
    if (!place->function[0])
        return;
    snprintf(alias, sizeof(alias), "%s %u %s %s", site->call, (unsigned)site->comm_size, place->file, place->function);
    row->alias = row->alias ? row->alias : mw_mem_copy(alias);
}

static void take_sites(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    for (size_t i = 0; i < model->site_count; i++) {
        const struct mw_model_merged_site *site = &model->sites[i];
        struct mw_compare_row *rise, *stays;
        char name[400], worst[32];
        snprintf(name, sizeof(name), "%.300s on %u", site->label, (unsigned)site->comm_size);
        rise = mw_compare_row(compare, "site", name, "rise inside a call");
        note_place(rise, site);
        mw_compare_add(&rise->sides[side], bounded(site->spike), MW_MODEL_EXACT, model->cost.error_bytes_max,
                       site->spike ? name_rank(worst, sizeof(worst), model, site->spike_rank) : NULL);
        stays = mw_compare_row(compare, "site", name, "growth that stays");
        note_place(stays, site);
        mw_compare_add(&stays->sides[side], bounded_change(site->growth.max), MW_MODEL_EXACT, model->cost.error_bytes_max,
                       name_rank(worst, sizeof(worst), model, site->growth.worst));
    }
}

void mw_compare_take(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    static void (*const takes[])(struct mw_compare *, enum mw_compare_side, const struct mw_model *) = {
        [MW_COMPARE_BY_PHASE] = take_phases, [MW_COMPARE_BY_RANK] = take_ranks, [MW_COMPARE_BY_SITE] = take_sites};

    compare->failed[side] += mw_compare_check(model, NULL) != 0;
    if (!compare->runs[side]++) {
        compare->commands[side] = mw_mem_copy(model->job.command);
        compare->ranks_min[side] = model->rank_count;
    }
    if (model->rank_count < compare->ranks_min[side])
        compare->ranks_min[side] = model->rank_count;
    if (model->rank_count > compare->ranks_max[side])
        compare->ranks_max[side] = model->rank_count;
    take_job(compare, side, model);
    takes[compare->by](compare, side, model);
}
