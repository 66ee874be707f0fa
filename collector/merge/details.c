/* SPDX-License-Identifier: MIT */
/* The details of the ranks, merged one rank after the other. In a large job they are read a second time, merged, and freed.
 *
 * Up to merge->detailed_ranks ranks, all details are kept. Above that, they would need the memory of all records together: a
 * rank then keeps only what its own fields refer to, and only the ranks that the reports refer to keep everything. */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/bounds.h"
#include "collector/model/heap_lines.h"
#include "collector/model/rank_rss.h"

#include <stdlib.h>

/* Ranks of a large job that keep their details: this many with the largest peaks, and this many that did not end well. */
#define WORST_MAX 64
#define DEAD_MAX 64
/* Up to this many ranks, all keep the lists of their heaps: usually about 100 KiB each. */
#define WHOLE_HEAPS 64
/* Maximum number of call sites whose rank with the largest spike keeps its details, for the stack. */
#define SPIKES_MAX 4096

/* The entries of a rank's tables that its own fields refer to. */
struct own_indices {
    uint32_t in_site, last_site, peak_site, phase, peak_phase;
};

struct work {
    struct mw_merge *merge;
    struct own_indices *original; /* by rank, only of reduced ranks: the values before the reduction */
    struct mw_merge_sites *sites;
    struct mw_merge_phases *phases;
    struct mw_heap_lines *heaps; /* NULL: heaps are not loaded */
    struct mw_bounds *bounds;
    uint64_t worst_peak; /* peak of the last rank among the WORST_MAX */
    size_t worst_kept, dead_kept, unreadable, heaps_unreadable;
};

void mw_merge_details_limit(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    size_t first = model->rank_count - 1;

    if (model->rank_count <= merge->detailed_ranks)
        return;
    if (!merge->is_large) /* they were added before the number of ranks was known */
        first = 0;
    merge->is_large = true;
    for (size_t i = first; i < model->rank_count; i++)
        mw_model_rank_drop(&model->ranks[i]);
}

static struct own_indices indices_of(const struct mw_model_rank *rank)
{
    return (struct own_indices){rank->in_site, rank->last_site, rank->peak_site, rank->phase, rank->peak_phase};
}

static void set_indices(struct mw_model_rank *rank, const struct own_indices *to)
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

/* Reads the rank's record again, if only for its heap. The record of a live rank may hold more than before; a removed record
 * gives nothing. */
static void load(struct work *work, struct mw_model_rank *rank)
{
    bool needed = !rank->has_details, heap = work->heaps && mw_model_heap_is_recorded(&rank->heap);
    struct mw_journal_read journal;

    if (!needed && !heap)
        return;
    if (needed)
        mw_model_rank_drop(rank);
    if (read_again(work->merge, rank, &journal) == 0) {
        if (needed)
            mw_merge_take_details(work->merge, &journal, rank);
        if (heap)
            mw_merge_heap_take(work->merge, &journal, rank);
        mw_journal_read_fini(&journal);
    } else {
        work->unreadable += needed;
        work->heaps_unreadable += heap && !needed;
    }
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

    set_indices(rank, &(struct own_indices){keep_site(&kept, rank->in_site), keep_site(&kept, rank->last_site),
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

/* To be called once for each rank. */
static bool is_chosen(struct work *work, const struct mw_model_rank *rank)
{
    if (rank->peak.bytes >= work->worst_peak && work->worst_kept < WORST_MAX) {
        work->worst_kept++;
        return true;
    }
    return is_dead(rank) && work->dead_kept++ < DEAD_MAX;
}

/* Frees what is not kept of a rank. */
static void limit(struct work *work, uint32_t index)
{
    struct mw_model_rank *rank = &work->merge->model->ranks[index];
    bool chosen = is_chosen(work, rank);

    if (work->merge->is_large && !chosen) {
        work->original[index] = indices_of(rank);
        reduce(rank);
    } else if (!chosen && work->merge->model->rank_count > WHOLE_HEAPS) {
        mw_model_heap_drop(&rank->heap);
    }
}

static int compare_descending(const void *a, const void *b)
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
        qsort(peaks, model->rank_count, sizeof(*peaks), compare_descending);
    worst = model->rank_count > WORST_MAX ? peaks[WORST_MAX - 1] : 0;
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
static void restore_spike_stacks(struct work *work)
{
    struct mw_model *model = work->merge->model;
    struct mw_model_merged_site **order = mw_mem_alloc(model->site_count, sizeof(*order));

    for (size_t i = 0; i < model->site_count; i++)
        order[i] = &model->sites[i];
    if (model->site_count)
        qsort(order, model->site_count, sizeof(*order), compare_spikes);
    for (size_t i = 0; i < model->site_count && i < SPIKES_MAX && order[i]->spike; i++) {
        struct mw_model_rank *rank = &model->ranks[order[i]->spike_rank];
        if (!rank->has_details) {
            set_indices(rank, &work->original[order[i]->spike_rank]);
            load(work, rank);
            mw_merge_processes_assign_peak(model, rank);
            mw_merge_layers_place(work->merge->layers, rank);
            mw_merge_sites_link(work->sites, rank);
            mw_merge_phases_link(work->phases, rank);
            mw_heap_lines_link(work->heaps, &rank->heap);
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
                        .heaps = mw_heap_lines_create(model),
                        .bounds = mw_bounds_create(model),
                        .worst_peak = find_worst_peak(model),
                        .original = mw_mem_alloc(merge->is_large ? model->rank_count : 0, sizeof(*work.original))};

    if (!merge->is_part)
        mw_merge_layers_decide(merge->layers);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        struct mw_model_rank *rank = &model->ranks[i];
        load(&work, rank);
        mw_merge_processes_assign_peak(model, rank);
        mw_merge_layers_place(merge->layers, rank);
        mw_merge_sites_add(work.sites, i);
        mw_merge_phases_add(work.phases, i);
        mw_bounds_add_rank(work.bounds, i);
        mw_heap_lines_add(work.heaps, i);
        limit(&work, i);
    }
    restore_spike_stacks(&work);
    mw_merge_sites_finish(work.sites);
    mw_merge_phases_finish(work.phases);
    mw_bounds_finish(work.bounds);
    mw_heap_lines_finish(work.heaps);
    free(work.original);
    if (work.unreadable)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%zu records could not be read a second time: the calls and phases of "
                      "their ranks are missing",
                      work.unreadable);
    if (work.heaps_unreadable)
        mw_model_note(model, MW_MODEL_NOTE_LOST,
                      "%zu records could not be read a second time: the lines that hold their memory are missing",
                      work.heaps_unreadable);
}

void mw_merge_details_dead_heaps(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;

    for (uint32_t i = 0; i < model->first_count && i < DEAD_MAX; i++) {
        uint32_t rank = model->deaths[i].rank;
        struct mw_model_heap *heap = rank == MW_MODEL_NONE ? NULL : &model->ranks[rank].heap;
        struct mw_journal_read journal;
        if (!heap || heap->has_details || !mw_model_heap_is_recorded(heap) ||
            read_again(merge, &model->ranks[rank], &journal) != 0)
            continue;
        mw_merge_heap_take(merge, &journal, &model->ranks[rank]);
        mw_heap_lines_link_late(model, heap);
        mw_journal_read_fini(&journal);
    }
}

/* If the rank's curve was freed, it is read again only for this. */
static uint64_t rss_at(struct mw_merge *merge, const struct mw_model_rank *rank, uint64_t ns)
{
    struct mw_model_rank read = *rank;
    struct mw_journal_read journal;
    uint64_t rss;

    if (rank->has_details || read_again(merge, rank, &journal) != 0)
        return mw_rank_rss_at(merge->model, rank, ns).bytes;
    mw_merge_take_ticks(&journal, &read);
    mw_journal_read_fini(&journal);
    rss = mw_rank_rss_at(merge->model, &read, ns).bytes;
    free(read.ticks);
    return rss;
}

void mw_merge_details_rss_at(struct mw_merge *merge, uint64_t ns)
{
    for (size_t i = 0; i < merge->model->rank_count; i++)
        merge->model->ranks[i].held_rss = rss_at(merge, &merge->model->ranks[i], ns);
}

void mw_merge_details_bounds(struct mw_merge *merge)
{
    struct mw_model *model = merge->model;
    struct work work = {.merge = merge, .bounds = mw_bounds_create(model)};

    mw_merge_layers_decide(merge->layers);
    for (uint32_t i = 0; i < model->rank_count; i++) {
        struct mw_model_rank *rank = &model->ranks[i];
        struct own_indices before = indices_of(rank);
        load(&work, rank);
        mw_merge_processes_assign_peak(model, rank);
        mw_bounds_add_rank(work.bounds, i);
        if (merge->is_large) {
            mw_model_rank_drop(rank);
            set_indices(rank, &before); /* as in the record, which is read again later */
        }
    }
    mw_bounds_finish(work.bounds);
}
