/* SPDX-License-Identifier: MIT */
/* What a reader must be told beside the numbers: who died where, what is missing, what the numbers leave out. */
#include "collector/merge_parts.h"
#include "collector/units.h"

#include <stdio.h>
#include <string.h>

/* Deaths and missing ranks beyond these are told as a count. */
#define DEATHS_TOLD 8
#define RANGES_TOLD 24

/* "rank 3", with its world when there are several. */
static const char *rank_name(struct mw_model *model, const struct mw_model_rank *rank)
{
    if (rank->rank < 0)
        return mw_model_format(model, "process %d (not yet a rank)", rank->pid);
    if (model->world_count > 1)
        return mw_model_format(model, "rank %d of world %u", rank->rank, rank->world + 1);
    return mw_model_format(model, "rank %d", rank->rank);
}

static const char *last_seen(struct mw_model *model, const struct mw_model_rank *rank)
{
    struct mw_units when = mw_units_time(mw_model_elapsed(model, rank->since_ns));

    if (rank->in_site != MW_MODEL_NONE)
        return mw_model_format(model, "inside %s, entered at %s", rank->sites[rank->in_site].label, when.text);
    if (rank->last_site != MW_MODEL_NONE)
        return mw_model_format(model, "in the program since it left %s at %s", rank->sites[rank->last_site].label,
                               when.text);
    return "before its first call";
}

static const char *phase_around(struct mw_model *model, const struct mw_model_rank *rank)
{
    if (rank->phase == MW_MODEL_NONE || rank->phases[rank->phase].kind != MW_PHASE_USER)
        return "";
    return mw_model_format(model, ", phase \"%s\"", rank->phases[rank->phase].path);
}

static bool is_unfinished(const struct mw_model_rank *rank)
{
    return !rank->gathered && rank->stage < MW_STAGE_FINALIZED;
}

static void note_death(struct mw_merge *merge, const struct mw_model_rank *rank)
{
    struct mw_model *model = merge->model;
    const char *name = rank_name(model, rank);
    struct mw_units rss = mw_units_bytes(rank->rss);

    if (rank->stage == MW_STAGE_ABORTED)
        mw_model_note(model, MW_MODEL_NOTE_DEATH, "%s called MPI_Abort(%d): %s%s; RSS then %s", name,
                      rank->abort_code, last_seen(model, rank), phase_around(model, rank), rss.text);
    else
        mw_model_note(model, MW_MODEL_NOTE_DEATH, "%s %s: last known %s%s; RSS at its last boundary %s", name,
                      merge->view ? "ended without MPI_Finalize" : "has not finished, or was killed",
                      last_seen(model, rank), phase_around(model, rank), rss.text);
}

static void note_deaths(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    size_t told = 0, more = 0;

    for (int aborted = 1; aborted >= 0; aborted--) /* who aborted comes first: the others died of it */
        for (size_t i = 0; i < model->rank_count; i++) {
            const struct mw_model_rank *rank = &model->ranks[i];
            if (aborted ? rank->stage != MW_STAGE_ABORTED : !is_unfinished(rank))
                continue;
            if (told++ < DEATHS_TOLD)
                note_death(merge, rank);
            else
                more++;
        }
    if (more)
        mw_model_note(model, MW_MODEL_NOTE_DEATH, "%zu more ranks did not end regularly", more);
}

/* Appends "3" or "7-9" to a list. */
static void append_range(char *list, size_t size, unsigned *ranges, int64_t first, int64_t last)
{
    size_t length = strlen(list);

    if (++*ranges > RANGES_TOLD)
        return;
    if (*ranges == RANGES_TOLD)
        snprintf(list + length, size - length, ", …");
    else if (first == last)
        snprintf(list + length, size - length, "%s%lld", length ? ", " : "", (long long)first);
    else
        snprintf(list + length, size - length, "%s%lld-%lld", length ? ", " : "", (long long)first, (long long)last);
}

/* Ranks of one world that left nothing; they are sorted. */
static void note_missing(struct mw_model *model, uint32_t world)
{
    char list[RANGES_TOLD * 24 + 8] = "";
    unsigned ranges = 0;
    int64_t next = 0, missing = 0, size = model->worlds[world].size;

    for (size_t i = 0; i <= model->rank_count; i++) {
        bool end = i == model->rank_count;
        int64_t rank = end ? size : model->ranks[i].rank;
        if (!end && (model->ranks[i].world != world || rank < 0))
            continue;
        if (rank > next) {
            append_range(list, sizeof(list), &ranges, next, rank - 1);
            missing += rank - next;
        }
        if (rank >= next)
            next = rank + 1;
    }
    if (missing)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%lld of %lld ranks%s left no record: %s %s", (long long)missing,
                      (long long)size, model->world_count > 1 ? mw_model_format(model, " of world %u", world + 1) : "",
                      missing == 1 ? "rank" : "ranks", list);
}

static void note_lost_detail(struct mw_model *model)
{
    const struct mw_model_cost *cost = &model->cost;

    if (cost->lost_sites)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%llu calls found the table of call sites full (%d per rank) and are "
                      "counted in its last entry", (unsigned long long)cost->lost_sites, MW_RECORD_SITES);
    if (cost->lost_phases)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%llu visits found the table of phases full (%d per rank) and are "
                      "counted in its last entry", (unsigned long long)cost->lost_phases, MW_RECORD_PHASES);
    if (cost->lost_modules)
        mw_model_note(model, MW_MODEL_NOTE_LOST, "%llu times a library found no room in the table of modules; calls "
                      "from it have no line", (unsigned long long)cost->lost_modules);
}

/* RSS leaves these out, so that a job may need more than its peak says. */
static void note_outside_rss(struct mw_model *model)
{
    uint64_t huge = 0, swap = 0;

    for (size_t i = 0; i < model->rank_count; i++) {
        huge = mw_model_sum(huge, model->ranks[i].huge_bytes);
        swap = mw_model_sum(swap, model->ranks[i].swap_bytes);
    }
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].role != MW_MODEL_RANK) {
            huge = mw_model_sum(huge, model->processes[i].huge_max);
            swap = mw_model_sum(swap, model->processes[i].swap_max);
        }
    if (huge)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "huge pages are not part of RSS: the processes had up to %s of them, "
                      "added up", mw_units_bytes(huge).text);
    if (swap)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "swapped-out memory is not part of RSS: the processes had up to %s of "
                      "it, added up", mw_units_bytes(swap).text);
}

static void note_contradiction(struct mw_model *model)
{
    const struct mw_model_peak *peak = &model->peak;

    if (peak->seen.kind != MW_MODEL_UNKNOWN && peak->upper.kind != MW_MODEL_UNKNOWN
        && peak->seen.bytes > peak->upper.bytes)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "the sum seen at one moment is %s larger than the upper bound: readings err, "
                      "or a process that was only sampled had more",
                      mw_units_bytes(peak->seen.bytes - peak->upper.bytes).text);
}

static void note_resets(struct mw_model *model)
{
    if (model->cost.no_reset_ranks)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "in %u ranks the kernel's mark was not reset: their phases' peaks are "
                      "upper bounds, and spikes show only where they raised the peak of the whole life",
                      model->cost.no_reset_ranks);
}

static void note_clocks(struct mw_model *model)
{
    uint64_t error = 0;
    size_t measured = 0;

    for (size_t i = 0; i < model->host_count; i++)
        if (model->hosts[i].shift_measured) {
            measured++;
            error = model->hosts[i].shift_error_ns > error ? model->hosts[i].shift_error_ns : error;
        }
    if (model->host_count > 1 && measured == model->host_count - 1)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "times of the %zu hosts are compared by a measurement of their clocks in MPI_Finalize, to within "
                      "%s", model->host_count, mw_units_time(error).text);
    else if (model->host_count > 1)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "times of the %zu hosts are compared by their wall clocks and are only "
                      "as good as these agree", model->host_count);
}

/* Records that nobody brought here, but that their ranks brought together elsewhere. */
static void note_gathered_elsewhere(const struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    for (size_t i = 0; i < model->world_count; i++)
        if (merge->gathered_host && (int64_t)model->worlds[i].ranks < model->worlds[i].size) {
            mw_model_note(model, MW_MODEL_NOTE_LOST,
                          "the whole record lies on host %s in %s: memwatch report prints it there", merge->gathered_host, merge->path);
            return;
        }
}

void mw_merge_notes(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    note_deaths(merge);
    for (uint32_t i = 0; i < model->world_count; i++)
        note_missing(model, i);
    note_gathered_elsewhere(merge);
    note_lost_detail(model);
    note_resets(model);
    note_outside_rss(model);
    note_contradiction(model);
    note_clocks(model);
    if (merge->alone)
        mw_model_note(model, MW_MODEL_NOTE_REMARK,
                      "gathered in MPI_Finalize: what came after it is not in these numbers, "
                      "and nobody sampled the other processes");
}
