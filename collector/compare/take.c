/* SPDX-License-Identifier: MIT */
/* Adds the values of a run to a comparison: always the job's sums, and peaks by phase, by rank, or by call site. */
#include "collector/base/mem.h"
#include "collector/compare/compare.h"
#include "collector/model/rank_name.h"
#include "collector/model/reading_error.h"

#include <stdio.h>
#include <string.h>

/* Clamps an untrusted value. */
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
    if (index >= model->rank_count)
        return NULL;
    snprintf(text, size, "%s", mw_rank_name(model, index).text);
    return text;
}

/* "rank 3, in MPI_Alltoall fft.c:120". */
static const char *place_rank(char *text, size_t size, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = index < model->rank_count ? &model->ranks[index] : NULL;
    const char *where = "";
    char name[64];

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
        mw_compare_add(&row->sides[side], bounded(model->peak.upper.bytes), MW_MODEL_AT_MOST, mw_reading_error_sum(model),
                       NULL);
    }
    if (model->peak.seen.kind != MW_MODEL_UNKNOWN) {
        row = mw_compare_row(compare, "job", "memory of the job", "sum seen at one moment");
        row->informs = true;
        mw_compare_add(&row->sides[side], bounded(model->peak.seen.bytes), MW_MODEL_AT_LEAST, mw_reading_error_sum(model),
                       NULL);
    }
    if (model->rank_count) {
        row = mw_compare_row(compare, "job", "fullest rank", "peak");
        mw_compare_add(&row->sides[side], bounded(model->rank_peak.max), model->ranks[model->rank_peak.worst].peak.kind,
                       mw_reading_error_likely(&model->cost), fullest);
    }
}

/* ---- aliases of places ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Adds the aliases of a call's place. Returns false if unknown. */
static bool append_alias(char *text, size_t size, enum mw_compare_alias kind, const char *call,
                         const struct mw_model_place *place)
{
    size_t length = strlen(text);

    if (!call) /* a phase that starts or ends without a call */
        return true;
    if (!place || (kind == MW_COMPARE_BY_ADDRESS ? !place->module[0] : !place->function[0]))
        return false;
    if (kind == MW_COMPARE_BY_ADDRESS)
        snprintf(text + length, size - length, "%s %s %llx\n", call, base_name(place->module),
                 (unsigned long long)place->offset);
    else
        snprintf(text + length, size - length, "%s %s %s\n", call, kind == MW_COMPARE_BY_FILE ? place->file : "",
                 place->function);
    return true;
}

/* The places around something; both are the same for a call. */
struct around {
    const char *from_call, *to_call;
    const struct mw_model_place *from, *to;
    const char *more; /* context that must also be equal */
};

static void note_places(struct mw_compare_row *row, const struct around *around)
{
    char text[2400];

    for (enum mw_compare_alias kind = 0; kind < MW_COMPARE_ALIASES; kind++) {
        snprintf(text, sizeof(text), "%.100s\n", around->more);
        if (!row->aliases[kind] && append_alias(text, sizeof(text), kind, around->from_call, around->from) &&
            append_alias(text, sizeof(text), kind, around->to_call, around->to))
            row->aliases[kind] = mw_mem_copy(text);
    }
    text[0] = '\0';
    if (!row->function && append_alias(text, sizeof(text), MW_COMPARE_BY_FUNCTION, around->from_call, around->from) &&
        append_alias(text, sizeof(text), MW_COMPARE_BY_FUNCTION, around->to_call, around->to))
        row->function = mw_mem_copy(text);
    row->has_file |= (around->from && around->from->file[0]) || (around->to && around->to->file[0]);
}

void mw_compare_note_place(struct mw_compare_row *row, const char *what, const struct mw_model_place *place)
{
    note_places(row, &(struct around){what, NULL, place, NULL, ""});
}

static void note_phase(struct mw_compare_row *row, const struct mw_model *model, const struct mw_model_merged_phase *phase)
{
    const struct around around = {phase->from_call, phase->to_call, phase->from_place, phase->to_place,
                                  phase->parent < model->phase_count ? model->phases[phase->parent].path : ""};

    if (phase->from_call || phase->to_call)
        note_places(row, &around);
}

static void take_phases(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    char name[64];

    for (size_t i = 0; i < model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &model->phases[i];
        struct mw_compare_row *row;
        if (phase->peak_kind == MW_MODEL_UNKNOWN)
            continue;
        row = mw_compare_row(compare, "phase", phase->path, "peak");
        mw_compare_add(&row->sides[side], bounded(phase->peak.max), phase->peak_kind, mw_reading_error_likely(&model->cost),
                       name_rank(name, sizeof(name), model, phase->peak.worst));
        note_phase(row, model, phase);
        mw_compare_add(&row->entries[side], bounded(phase->entry_rss.max), MW_MODEL_EXACT, 0, NULL);
        row->order = i;
    }
}

static void take_ranks(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    for (uint32_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        char name[64], where[300];
        struct mw_compare_row *row;
        if (rank->peak.kind == MW_MODEL_UNKNOWN || rank->rank < 0)
            continue;
        row = mw_compare_row(compare, "rank", name_rank(name, sizeof(name), model, i), "peak");
        mw_compare_add(&row->sides[side], bounded(rank->peak.bytes), rank->peak.kind, mw_reading_error_of(model, rank),
                       place_rank(where, sizeof(where), model, i));
    }
}

static void note_site(struct mw_compare_row *row, const struct mw_model_merged_site *site)
{
    const struct mw_model_place *place = site->place;
    char comm[16];

    if (!place)
        return;
    snprintf(comm, sizeof(comm), "%u", (unsigned)site->comm_size);
    note_places(row, &(struct around){site->call, NULL, place, NULL, comm});
    if (place->line && !row->file) {
        row->file = mw_mem_copy(place->path[0] ? place->path : place->file);
        row->line = place->line;
    }
}

/* "MPI_Allreduce fft.c:120 on 8", with the object, because two objects may have functions of one name. */
static void name_site(char *text, size_t size, const struct mw_model_merged_site *site)
{
    const struct mw_model_place *place = site->place;
    bool is_function = place && !place->line && place->function[0] && place->module[0];

    snprintf(text, size, "%.300s%s%.60s on %u", site->label, is_function ? " in " : "",
             is_function ? base_name(place->module) : "", (unsigned)site->comm_size);
}

static void take_sites(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
{
    for (size_t i = 0; i < model->site_count; i++) {
        const struct mw_model_merged_site *site = &model->sites[i];
        struct mw_compare_row *rise, *stays;
        char name[400], worst[64];
        name_site(name, sizeof(name), site);
        rise = mw_compare_row(compare, "site", name, "rise inside a call");
        note_site(rise, site);
        mw_compare_add(&rise->sides[side], bounded(site->spike), MW_MODEL_EXACT, mw_reading_error_likely(&model->cost),
                       site->spike ? name_rank(worst, sizeof(worst), model, site->spike_rank) : NULL);
        stays = mw_compare_row(compare, "site", name, "growth that stays");
        note_site(stays, site);
        mw_compare_add(&stays->sides[side], bounded_change(site->growth.max), MW_MODEL_EXACT,
                       mw_reading_error_likely(&model->cost), name_rank(worst, sizeof(worst), model, site->growth.worst));
    }
}

void mw_compare_add_run(struct mw_compare *compare, enum mw_compare_side side, const struct mw_model *model)
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
    mw_compare_lines_take(compare, side, model);
}
