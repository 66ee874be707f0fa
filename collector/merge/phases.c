/* SPDX-License-Identifier: MIT */
/* Merges phases of all ranks that have the same name and whose parents have the same names. */
#include "collector/base/mem.h"
#include "collector/merge/parts.h"
#include "collector/model/rises.h"

#include <stdint.h>
#include <stdlib.h>

/* The model stores equal strings once, so the address of the path identifies it. */
struct key {
    const char *path;
    uint64_t kind;
    struct mw_merge_place from, to; /* of the surrounding calls */
};

/* What one rank adds to one merged phase: the sum over all its phases that map to it. */
struct share {
    uint64_t visits, measured, time_ns;
    uint64_t entry_rss, entry_ns, exit_rss, exit_ns;
    struct mw_model_bytes peak;
    int64_t growth, growth_mpi;
    uint32_t rank; /* plus one */
};

struct mw_merge_phases {
    struct mw_model *model;
    struct mw_map *keys;
    struct share *shares; /* by merged phase */
    uint32_t *measured;   /* by merged phase: number of ranks in the spreads of RSS */
    size_t share_count, measured_count;
    uint32_t *touched; /* merged phases of the current rank */
    size_t touched_count;
};

static void take_call(const struct mw_model_rank *rank, uint32_t site, const char **call, const struct mw_model_place **place)
{
    if (site == MW_MODEL_NONE)
        return;
    *call = rank->sites[site].call;
    *place = rank->sites[site].place;
}

static struct key key_of(struct mw_model *model, const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    struct key key = {.path = phase->path, .kind = phase->kind};

    if (mw_model_is_of_calls(phase->kind) && phase->from_site != MW_MODEL_NONE)
        key.from = mw_merge_place(model, rank->sites[phase->from_site].place);
    if (mw_model_is_of_calls(phase->kind) && phase->to_site != MW_MODEL_NONE)
        key.to = mw_merge_place(model, rank->sites[phase->to_site].place);
    return key;
}

static uint32_t find_merged(struct mw_merge_phases *phases, const struct mw_model_rank *rank,
                            const struct mw_model_phase *phase)
{
    struct mw_model *model = phases->model;
    struct key key = key_of(model, rank, phase);
    uint32_t next = (uint32_t)model->phase_count;
    uint32_t found = mw_map_add(phases->keys, &key, sizeof(key), next);
    struct mw_model_merged_phase *merged;

    if (found != next)
        return found;
    merged = MW_MEM_PUSH(model->phases, model->phase_count);
    (void)MW_MEM_PUSH(phases->shares, phases->share_count);
    (void)MW_MEM_PUSH(phases->measured, phases->measured_count);
    *merged = (struct mw_model_merged_phase){.kind = phase->kind,
                                             .name = phase->name,
                                             .path = phase->path,
                                             .parent = MW_MODEL_NONE,
                                             .first_ns = phase->first_ns,
                                             .rise = {.rank = MW_MODEL_NONE, .phase = ""}};
    if (mw_model_is_of_calls(phase->kind)) {
        take_call(rank, phase->from_site, &merged->from_call, &merged->from_place);
        take_call(rank, phase->to_site, &merged->to_call, &merged->to_place);
    }
    if (phase->parent != MW_MODEL_NONE) /* precedes its child in the rank: already merged */
        merged->parent = rank->phases[phase->parent].merged;
    if (merged->parent != MW_MODEL_NONE)
        merged->depth = model->phases[merged->parent].depth + 1;
    return found;
}

static void add_share(struct share *share, const struct mw_model_phase *from)
{
    share->visits = mw_model_sum(share->visits, from->visits);
    share->measured = mw_model_sum(share->measured, from->measured);
    share->time_ns = mw_model_sum(share->time_ns, from->time_ns);
    share->growth = mw_model_sum_change(share->growth, from->growth);
    share->growth_mpi = mw_model_sum_change(share->growth_mpi, from->growth_mpi);
    if (from->entry_rss && (!share->entry_rss || from->first_ns < share->entry_ns)) {
        share->entry_rss = from->entry_rss;
        share->entry_ns = from->first_ns;
    }
    if (from->exit_rss && from->last_ns >= share->exit_ns) {
        share->exit_rss = from->exit_rss;
        share->exit_ns = from->last_ns;
    }
    if (from->peak.kind != MW_MODEL_UNKNOWN && (share->peak.kind == MW_MODEL_UNKNOWN || from->peak.bytes > share->peak.bytes))
        share->peak = from->peak;
}

static void take_phase(struct mw_merge_phases *phases, uint32_t rank, struct mw_model_phase *from)
{
    uint32_t merged = from->merged = find_merged(phases, &phases->model->ranks[rank], from);
    struct mw_model_merged_phase *to = &phases->model->phases[merged];
    struct share *share = &phases->shares[merged];

    if (share->rank != rank + 1) {
        *share = (struct share){.rank = rank + 1};
        *MW_MEM_PUSH(phases->touched, phases->touched_count) = merged;
    }
    add_share(share, from);
    mw_rises_take_phase(&to->rise, phases->model, rank, (uint32_t)(from - phases->model->ranks[rank].phases));
    if (from->first_ns < to->first_ns)
        to->first_ns = from->first_ns;
    if (from->last_ns > to->last_ns)
        to->last_ns = from->last_ns;
}

static void end_phase(struct mw_model_merged_phase *to, const struct share *share, uint32_t *measured, uint32_t rank)
{
    to->visits = mw_model_sum(to->visits, share->visits);
    to->measured = mw_model_sum(to->measured, share->measured);
    if (share->visits > to->visits_max)
        to->visits_max = share->visits;
    mw_model_spread_add(&to->time, to->ranks, share->time_ns, rank);
    mw_model_change_add(&to->growth, to->ranks, share->growth, rank);
    to->growth_mpi = mw_model_sum_change(to->growth_mpi, share->growth_mpi);
    to->ranks++;
    if (share->peak.kind == MW_MODEL_UNKNOWN)
        return; /* its memory is unknown, and 0 is not a size */
    if (*measured == 0 || share->peak.bytes > to->peak.max)
        to->peak_kind = share->peak.kind;
    mw_model_spread_add(&to->entry_rss, *measured, share->entry_rss, rank);
    mw_model_spread_add(&to->exit_rss, *measured, share->exit_rss, rank);
    mw_model_spread_add(&to->peak, *measured, share->peak.bytes, rank);
    ++*measured;
}

static void end_rank(struct mw_merge_phases *phases, uint32_t rank)
{
    for (size_t i = 0; i < phases->touched_count; i++) {
        uint32_t merged = phases->touched[i];
        end_phase(&phases->model->phases[merged], &phases->shares[merged], &phases->measured[merged], rank);
    }
    free(phases->touched);
    phases->touched = NULL;
    phases->touched_count = 0;
}

/* A merged phase during the sort. */
struct entry {
    const struct mw_model_merged_phase *all;
    uint32_t index;
};

static int compare_siblings(const struct mw_model_merged_phase *all, uint32_t a, uint32_t b)
{
    if (all[a].first_ns != all[b].first_ns)
        return all[a].first_ns < all[b].first_ns ? -1 : 1;
    return (a > b) - (a < b);
}

/* Parents before children, siblings by time: the comparison walks up from both to a common parent. */
static int compare_entries(const void *x, const void *y)
{
    const struct mw_model_merged_phase *all = ((const struct entry *)x)->all;
    uint32_t a = ((const struct entry *)x)->index, b = ((const struct entry *)y)->index;
    uint32_t depth_a = all[a].depth, depth_b = all[b].depth;

    for (uint32_t d = depth_a; d > depth_b; d--)
        a = all[a].parent;
    for (uint32_t d = depth_b; d > depth_a; d--)
        b = all[b].parent;
    if (a == b)
        return (depth_a > depth_b) - (depth_a < depth_b);
    while (all[a].parent != all[b].parent) {
        a = all[a].parent;
        b = all[b].parent;
    }
    return compare_siblings(all, a, b);
}

static void sort_phases(struct mw_model *model)
{
    size_t count = model->phase_count;
    struct entry *order = mw_mem_alloc(count, sizeof(*order));
    uint32_t *new_index = mw_mem_alloc(count, sizeof(*new_index));
    struct mw_model_merged_phase *sorted = mw_mem_alloc(count, sizeof(*sorted));

    for (uint32_t i = 0; i < count; i++)
        order[i] = (struct entry){model->phases, i};
    if (count)
        qsort(order, count, sizeof(*order), compare_entries);
    for (uint32_t i = 0; i < count; i++) {
        new_index[order[i].index] = i;
        sorted[i] = model->phases[order[i].index];
    }
    for (uint32_t i = 0; i < count; i++)
        if (sorted[i].parent != MW_MODEL_NONE)
            sorted[i].parent = new_index[sorted[i].parent];
    for (size_t r = 0; r < model->rank_count; r++)
        for (uint32_t i = 0; i < model->ranks[r].phase_count; i++)
            if (model->ranks[r].phases[i].merged != MW_MODEL_NONE)
                model->ranks[r].phases[i].merged = new_index[model->ranks[r].phases[i].merged];
    free(model->phases);
    model->phases = sorted;
    free(order);
    free(new_index);
}

struct mw_merge_phases *mw_merge_phases_create(struct mw_model *model)
{
    struct mw_merge_phases *phases = mw_mem_alloc(1, sizeof(*phases));

    *phases = (struct mw_merge_phases){.model = model, .keys = mw_map_create()};
    return phases;
}

void mw_merge_phases_add(struct mw_merge_phases *phases, uint32_t rank)
{
    struct mw_model_rank *from = &phases->model->ranks[rank];

    for (uint32_t i = 0; i < from->phase_count; i++)
        take_phase(phases, rank, &from->phases[i]);
    end_rank(phases, rank);
}

void mw_merge_phases_link(struct mw_merge_phases *phases, struct mw_model_rank *rank)
{
    for (uint32_t i = 0; i < rank->phase_count; i++) {
        struct key key = key_of(phases->model, rank, &rank->phases[i]);
        rank->phases[i].merged = mw_map_find(phases->keys, &key, sizeof(key)); /* MW_MAP_NONE equals MW_MODEL_NONE */
    }
}

void mw_merge_phases_finish(struct mw_merge_phases *phases)
{
    sort_phases(phases->model);
    free(phases->shares);
    free(phases->measured);
    mw_map_destroy(phases->keys);
    free(phases);
}
