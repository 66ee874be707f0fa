/* SPDX-License-Identifier: MIT */
#include "collector/model/rises.h"

#include "collector/base/mem.h"

#include <stdlib.h>

#define LEAST_BYTES (1u << 20)
#define LEAST_PERCENT 1

static uint64_t above(uint64_t peak, uint64_t level)
{
    return peak > level ? peak - level : 0;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* 0 if untrusted numbers are too large. */
static int64_t without(int64_t all, int64_t part)
{
    int64_t rest;

    return __builtin_sub_overflow(all, part, &rest) ? 0 : rest;
}

uint64_t mw_rise_size(const struct mw_rise *rise)
{
    return higher(rise->passed.bytes, rise->stayed > 0 ? (uint64_t)rise->stayed : 0);
}

/* ---- inside calls ---- */

/* The recorded call with a site's largest rise, or none. */
static uint32_t find_spike(const struct mw_model_rank *rank, uint32_t site)
{
    for (uint32_t i = 0; i < rank->spike_count; i++)
        if (rank->spikes[i].site == site && rank->spikes[i].visit == rank->sites[site].spike_visit)
            return i;
    return MW_MODEL_NONE;
}

/* Without a record of the call it is not known what of the rise stayed. */
static struct mw_model_bytes passed_in_call(const struct mw_model_rank *rank, const struct mw_model_site *site, uint32_t spike)
{
    const struct mw_model_spike *one = spike == MW_MODEL_NONE ? NULL : &rank->spikes[spike];

    if (site->coarse_spike > site->spike)
        return (struct mw_model_bytes){site->coarse_spike, MW_MODEL_AT_MOST};
    if (one)
        return (struct mw_model_bytes){above(one->peak_rss, higher(one->entry_rss, one->exit_rss)), MW_MODEL_EXACT};
    return (struct mw_model_bytes){site->spike, site->growth > 0 ? MW_MODEL_AT_MOST : MW_MODEL_EXACT};
}

static struct mw_rise in_call(const struct mw_model_rank *rank, uint32_t index)
{
    const struct mw_model_site *site = &rank->sites[index];
    uint32_t spike = find_spike(rank, index);

    return (struct mw_rise){.site = index,
                            .phase = MW_MODEL_NONE,
                            .spike = spike,
                            .passed = passed_in_call(rank, site, spike),
                            .stayed = site->growth,
                            .peak_rss = mw_model_sum(site->spike_entry_rss, site->spike),
                            .at_ns = site->spike_ns ? site->spike_ns : site->first_ns,
                            .times = site->calls};
}

/* ---- between calls ---- */

/* The highest level at an end of a visit that is known. */
static uint64_t level_of(const struct mw_model_phase *phase)
{
    uint64_t level = higher(phase->entry_rss, phase->exit_rss);

    for (uint32_t i = 0; i < phase->visit_count; i++)
        level = higher(level, (uint64_t)phase->kept[i].exit_kib << 10);
    return level;
}

/* Whether the peak of an exchange was inside a call that is listed by itself. */
static bool was_in_call(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    for (uint32_t i = 0; i < rank->spike_count; i++)
        if (rank->spikes[i].peak_rss >= phase->peak.bytes && rank->spikes[i].entry_ns >= phase->first_ns &&
            rank->spikes[i].exit_ns <= phase->last_ns)
            return true;
    return false;
}

static struct mw_model_bytes passed_between(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    struct mw_model_bytes passed = {above(phase->peak.bytes, level_of(phase)), phase->peak.kind};

    if (!phase->measured || phase->peak.kind == MW_MODEL_UNKNOWN ||
        (phase->kind == MW_PHASE_EXCHANGE && was_in_call(rank, phase)))
        return (struct mw_model_bytes){0, MW_MODEL_EXACT};
    if (phase->visits > 1 && passed.kind == MW_MODEL_EXACT) /* some ends of its visits are not known */
        passed.kind = MW_MODEL_ESTIMATE;
    return passed;
}

static struct mw_rise between(const struct mw_model_rank *rank, uint32_t index)
{
    const struct mw_model_phase *phase = &rank->phases[index];
    struct mw_model_bytes passed = passed_between(rank, phase);

    return (struct mw_rise){.site = MW_MODEL_NONE,
                            .phase = index,
                            .spike = MW_MODEL_NONE,
                            .passed = passed,
                            .stayed = without(phase->growth, phase->growth_mpi),
                            .peak_rss = passed.bytes ? phase->peak.bytes : phase->exit_rss,
                            .at_ns = passed.bytes ? phase->peak_ns : phase->first_ns,
                            .times = phase->visits};
}

/* ---- lists ---- */

static int compare_sizes(const void *a, const void *b)
{
    const struct mw_rise *x = a, *y = b;
    uint64_t size_x = mw_rise_size(x), size_y = mw_rise_size(y);

    if (size_x != size_y)
        return size_x < size_y ? 1 : -1;
    if (x->rank != y->rank)
        return x->rank > y->rank ? 1 : -1;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static void add(struct mw_rises *rises, struct mw_rise rise, uint32_t rank, uint64_t least)
{
    rise.rank = rank;
    rise.ranks = 1;
    if (mw_rise_size(&rise) >= least)
        *MW_MEM_PUSH(rises->items, rises->count) = rise;
}

static struct mw_rises list_all(const struct mw_model *model, uint64_t least)
{
    struct mw_rises rises = {0};

    for (uint32_t r = 0; r < model->rank_count; r++) {
        const struct mw_model_rank *rank = &model->ranks[r];
        if (!rank->has_details)
            continue;
        for (uint32_t i = 0; i < rank->site_count; i++)
            add(&rises, in_call(rank, i), r, least);
        for (uint32_t i = 0; i < rank->phase_count; i++)
            if (mw_model_is_of_calls(rank->phases[i].kind))
                add(&rises, between(rank, i), r, least);
    }
    if (rises.count)
        qsort(rises.items, rises.count, sizeof(*rises.items), compare_sizes);
    return rises;
}

/* Keeps the first, which is the largest, of each merged site and phase. */
static void merge(const struct mw_model *model, struct mw_rises *rises)
{
    struct mw_rise **sites = mw_mem_alloc(model->site_count + 1, sizeof(struct mw_rise *));
    struct mw_rise **phases = mw_mem_alloc(model->phase_count + 1, sizeof(struct mw_rise *));
    size_t kept = 0;

    for (size_t i = 0; i < rises->count; i++) {
        struct mw_rise *rise = &rises->items[i];
        const struct mw_model_rank *rank = &model->ranks[rise->rank];
        struct mw_rise **first = rise->site != MW_MODEL_NONE ? &sites[rank->sites[rise->site].merged]
                                                             : &phases[rank->phases[rise->phase].merged];
        if (*first) {
            (*first)->ranks += mw_rise_size(rise) >= mw_rise_size(*first) / 2;
        } else {
            rises->items[kept] = *rise;
            *first = &rises->items[kept++];
        }
    }
    rises->count = kept;
    free(sites);
    free(phases);
}

struct mw_rises mw_rises_list(const struct mw_model *model)
{
    uint64_t fullest = model->rank_count ? model->ranks[model->rank_peak.worst].peak.bytes : 0;
    struct mw_rises rises = list_all(model, higher(LEAST_BYTES, fullest / 100 * LEAST_PERCENT));

    merge(model, &rises);
    return rises;
}

void mw_rises_free(struct mw_rises *rises)
{
    free(rises->items);
    *rises = (struct mw_rises){0};
}
