/* SPDX-License-Identifier: MIT */
/* The details of the ranks, merged one rank after the other. In a large job they are read a second time, merged, and freed.
 *
 * Up to merge->whole_ranks ranks, all details are kept. Above that, they would need the memory of all records together: a
 * rank then keeps only what its own fields refer to, and only the ranks that the reports refer to keep everything. */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/bounds.h"
#include "collector/model/rank_rss.h"

#include <stdlib.h>

/* Ranks of a large job that keep their details: this many with the largest peaks, and this many that did not end well. */
#define WORST 64
#define DEAD 64
/* Maximum number of call sites whose rank with the largest spike keeps its details, for the stack. */
#define SPIKES 4096

/* The entries of a rank's tables that its own fields refer to. */
struct pointers {
    uint32_t in_site, last_site, peak_site, phase, peak_phase;
};

struct work {
    struct mw_merge *merge;
    struct pointers *whole; /* by rank, only of reduced ranks: the values before the reduction */
    struct mw_merge_sites *sites;
    struct mw_merge_phases *phases;
    struct mw_bounds *bounds;
    uint64_t worst_peak; /* peak of the last rank among the WORST */
    size_t worst_kept, dead_kept, unreadable;
};

void mw_merge_details_limit(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    size_t first = model->rank_count - 1;

    if (model->rank_count <= merge->whole_ranks)
        return;
    if (!merge->is_large) /* they were added before the number of ranks was known */
        first = 0;
    merge->is_large = true;
    for (size_t i = first; i < model->rank_count; i++)
        mw_model_rank_drop(&model->ranks[i]);
}

static struct pointers pointers_of(const struct mw_model_rank *rank)
{
    return (struct pointers){rank->in_site, rank->last_site, rank->peak_site, rank->phase, rank->peak_phase};
}

static void set_pointers(struct mw_model_rank *rank, const struct pointers *to)
{
    rank->in_site = to->in_site;
    rank->last_site = to->last_site;
    rank->peak_site = to->peak_site;
    rank->phase = to->phase;
    rank->peak_phase = to->peak_phase;
}

static void clamp(uint32_t *index, uint32_t count)
{
    if (*index >= count)
        *index = MW_MODEL_NONE;
}

static int read_again(struct mw_merge *merge, const struct mw_model_rank *rank, struct mw_journal_read *journal)
{
    return mw_merge_origins_read(merge, mw_merge_ranks_number(merge, rank), rank, journal);
}

/* Reads the rank's record again. The record of a live rank may hold more than before; a removed record gives nothing. */
static void load(struct work *work, struct mw_model_rank *rank)
{
    struct mw_journal_read journal;

    if (rank->has_details)
        return;
    mw_model_rank_drop(rank);
    if (read_again(work->merge, rank, &journal) == 0) {
        mw_merge_take_details(work->merge, &journal, rank);
        mw_journal_read_fini(&journal);
    } else
        work->unreadable++;
    clamp(&rank->in_site, rank->site_count);
    clamp(&rank->last_site, rank->site_count);
    clamp(&rank->peak_site, rank->site_count);
    clamp(&rank->phase, rank->phase_count);
    clamp(&rank->peak_phase, rank->phase_count);
}

/* Reduced tables, under construction: they hold only the entries that are referred to. */
struct reduced {
    const struct mw_model_rank *rank;
    struct mw_model_site *sites;
    struct mw_model_phase *phases;
    uint32_t *site_map, *phase_map; /* old index to new index plus one; 0: not kept */
    size_t site_count, phase_count;
};

static uint32_t keep_site(struct reduced *kept, uint32_t index)
{
    struct mw_model_site *site;

    if (index == MW_MODEL_NONE)
        return MW_MODEL_NONE;
    if (kept->site_map[index])
        return kept->site_map[index] - 1;
    site = MW_MEM_PUSH(kept->sites, kept->site_count);
    *site = kept->rank->sites[index];
    site->frames = NULL;
    site->depth = 0;
    kept->site_map[index] = (uint32_t)kept->site_count;
    return (uint32_t)kept->site_count - 1;
}

/* Parents first: a parent precedes its children in the table. */
static uint32_t keep_phase(struct reduced *kept, uint32_t index)
{
    struct mw_model_phase *phase;
    uint32_t parent;

    if (index == MW_MODEL_NONE)
        return MW_MODEL_NONE;
    if (kept->phase_map[index])
        return kept->phase_map[index] - 1;
    parent = keep_phase(kept, kept->rank->phases[index].parent);
    phase = MW_MEM_PUSH(kept->phases, kept->phase_count);
    *phase = kept->rank->phases[index];
    phase->parent = parent;
    phase->from_site = phase->to_site = MW_MODEL_NONE;
    kept->phase_map[index] = (uint32_t)kept->phase_count;
    return (uint32_t)kept->phase_count - 1;
}

static void reduce(struct mw_model_rank *rank)
{
    struct reduced kept = {.rank = rank,
                           .site_map = mw_mem_alloc(rank->site_count, sizeof(uint32_t)),
                           .phase_map = mw_mem_alloc(rank->phase_count, sizeof(uint32_t))};

    set_pointers(rank, &(struct pointers){keep_site(&kept, rank->in_site), keep_site(&kept, rank->last_site),
                                          keep_site(&kept, rank->peak_site), keep_phase(&kept, rank->phase),
                                          keep_phase(&kept, rank->peak_phase)});
    mw_model_rank_drop(rank);
    rank->sites = kept.sites;
    rank->phases = kept.phases;
    rank->site_count = (uint32_t)kept.site_count;
    rank->phase_count = (uint32_t)kept.phase_count;
    free(kept.site_map);
    free(kept.phase_map);
}

static bool is_dead(const struct mw_model_rank *rank)
{
    return rank->stage == MW_STAGE_ABORTED || (!rank->gathered && rank->stage < MW_STAGE_FINALIZED);
}

static bool is_to_keep(struct work *work, const struct mw_model_rank *rank)
{
    if (!work->merge->is_large)
        return true;
    if (rank->peak.bytes >= work->worst_peak && work->worst_kept < WORST) {
        work->worst_kept++;
        return true;
    }
    return is_dead(rank) && work->dead_kept++ < DEAD;
}

static int compare_down(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x < y) - (x > y);
}

static uint64_t find_worst_peak(const struct mw_model *model)
{
    uint64_t *peaks = mw_mem_alloc(model->rank_count, sizeof(*peaks)), worst;

    for (size_t i = 0; i < model->rank_count; i++)
        peaks[i] = model->ranks[i].peak.bytes;
    if (model->rank_count)
        qsort(peaks, model->rank_count, sizeof(*peaks), compare_down);
    worst = model->rank_count > WORST ? peaks[WORST - 1] : 0;
    free(peaks);
    return worst;
}

static int compare_spikes(const void *a, const void *b)
{
    const struct mw_model_merged_site *x = *(const struct mw_model_merged_site *const *)a;
    const struct mw_model_merged_site *y = *(const struct mw_model_merged_site *const *)b;

    return x->spike != y->spike ? (x->spike < y->spike) - (x->spike > y->spike) : (x > y) - (x < y);
}

/* The largest spike of a call site has its stack in the rank that had the spike. */
static void restore_spiking(struct work *work)
{
    struct mw_model *model = work->merge->model;
    struct mw_model_merged_site **order = mw_mem_alloc(model->site_count, sizeof(*order));

    for (size_t i = 0; i < model->site_count; i++)
        order[i] = &model->sites[i];
    if (model->site_count)
        qsort(order, model->site_count, sizeof(*order), compare_spikes);
    for (size_t i = 0; i < model->site_count && i < SPIKES && order[i]->spike; i++) {
        struct mw_model_rank *rank = &model->ranks[order[i]->spike_rank];
        if (!rank->has_details) {
            set_pointers(rank, &work->whole[order[i]->spike_rank]);
            load(work, rank);
            mw_merge_processes_place(model, rank);
            mw_merge_layers_place(work->merge->layers, rank);
            mw_merge_sites_link(work->sites, rank);
            mw_merge_phases_link(work->phases, rank);
        }
    }
    free(order);
}

void mw_merge_details(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct work work = {.merge = merge,
                        .sites = mw_merge_sites_create(model),
                        .phases = mw_merge_phases_create(model),
                        .bounds = mw_bounds_create(model),
                        .worst_peak = find_worst_peak(model),
                        .whole = mw_mem_alloc(merge->is_large ? model->rank_count : 0, sizeof(*work.whole))};

    if (!merge->is_part)
        mw_merge_layers_decide(merge->layers);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        struct mw_model_rank *rank = &model->ranks[i];
        load(&work, rank);
        mw_merge_processes_place(model, rank);
        mw_merge_layers_place(merge->layers, rank);
        mw_merge_sites_add(work.sites, i);
        mw_merge_phases_add(work.phases, i);
        mw_bounds_add_rank(work.bounds, i);
        if (!is_to_keep(&work, rank)) {
            work.whole[i] = pointers_of(rank);
            reduce(rank);
        }
    }
    restore_spiking(&work);
    mw_merge_sites_finish(work.sites);
    mw_merge_phases_finish(work.phases);
    mw_bounds_finish(work.bounds);
    free(work.whole);
    if (work.unreadable)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%zu records could not be read a second time: the calls and phases of "
                      "their ranks are missing",
                      work.unreadable);
}

/* If the rank's curve was freed, it is read again only for this. */
static uint64_t held_by(struct mw_merge *merge, const struct mw_model_rank *rank, uint64_t ns)
{
    struct mw_model_rank read = *rank;
    struct mw_journal_read journal;
    uint64_t held;

    if (rank->has_details || read_again(merge, rank, &journal) != 0)
        return mw_rank_rss_at(merge->model, rank, ns).bytes;
    mw_merge_take_ticks(&journal, &read);
    mw_journal_read_fini(&journal);
    held = mw_rank_rss_at(merge->model, &read, ns).bytes;
    free(read.ticks);
    return held;
}

void mw_merge_details_held(struct mw_merge *merge, uint64_t ns)
{
    for (size_t i = 0; i < merge->model->rank_count; i++)
        merge->model->ranks[i].held_rss = held_by(merge, &merge->model->ranks[i], ns);
}

void mw_merge_details_bounds(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct work work = {.merge = merge, .bounds = mw_bounds_create(model)};

    mw_merge_layers_decide(merge->layers);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        struct mw_model_rank *rank = &model->ranks[i];
        struct pointers before = pointers_of(rank);
        load(&work, rank);
        mw_merge_processes_place(model, rank);
        mw_bounds_add_rank(work.bounds, i);
        if (merge->is_large) {
            mw_model_rank_drop(rank);
            set_pointers(rank, &before); /* as in the record, which is read again later */
        }
    }
    mw_bounds_finish(work.bounds);
}
