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

uint64_t mw_rise_size(const struct mw_model_rise *rise)
{
    return higher(rise->passed.bytes, rise->stayed > 0 ? (uint64_t)rise->stayed : 0);
}

static void take(struct mw_model_rise *to, const struct mw_model_rise *from)
{
    if (mw_rise_size(from) > (to->rank == MW_MODEL_NONE ? 0 : mw_rise_size(to)))
        *to = *from;
}

static const char *path_of(const struct mw_model_rank *rank, uint32_t phase)
{
    return phase == MW_MODEL_NONE ? "" : rank->phases[phase].path;
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

void mw_rises_take_site(struct mw_model_rise *to, const struct mw_model *model, uint32_t rank, uint32_t index)
{
    const struct mw_model_rank *one = &model->ranks[rank];
    const struct mw_model_site *site = &one->sites[index];
    uint32_t spike = find_spike(one, index);

    take(to, &(struct mw_model_rise){.rank = rank,
                                     .phase = spike == MW_MODEL_NONE ? "" : path_of(one, one->spikes[spike].phase),
                                     .passed = passed_in_call(one, site, spike),
                                     .stayed = site->growth,
                                     .peak_rss = mw_model_sum(site->spike_entry_rss, site->spike),
                                     .at_ns = site->spike_ns ? site->spike_ns : site->first_ns,
                                     .times = site->calls});
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

void mw_rises_take_phase(struct mw_model_rise *to, const struct mw_model *model, uint32_t rank, uint32_t index)
{
    const struct mw_model_rank *one = &model->ranks[rank];
    const struct mw_model_phase *phase = &one->phases[index];
    struct mw_model_bytes passed;

    if (!mw_model_is_of_calls(phase->kind))
        return;
    passed = passed_between(one, phase);
    take(to, &(struct mw_model_rise){.rank = rank,
                                     .phase = path_of(one, phase->parent),
                                     .passed = passed,
                                     .stayed = without(phase->growth, phase->growth_mpi),
                                     .peak_rss = passed.bytes ? phase->peak.bytes : phase->exit_rss,
                                     .at_ns = passed.bytes ? phase->peak_ns : phase->first_ns,
                                     .times = phase->visits});
}

/* ---- the list ---- */

static int compare_sizes(const void *a, const void *b)
{
    const struct mw_model_rise *x = ((const struct mw_rise *)a)->rise, *y = ((const struct mw_rise *)b)->rise;
    uint64_t size_x = mw_rise_size(x), size_y = mw_rise_size(y);

    if (size_x != size_y)
        return size_x < size_y ? 1 : -1;
    if (x->at_ns != y->at_ns)
        return x->at_ns > y->at_ns ? 1 : -1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void add(struct mw_rises *rises, struct mw_rise item, uint64_t least)
{
    if (item.rise->rank != MW_MODEL_NONE && mw_rise_size(item.rise) >= least)
        *MW_MEM_PUSH(rises->items, rises->count) = item;
}

struct mw_rises mw_rises_list(const struct mw_model *model)
{
    uint64_t fullest = model->rank_count ? model->ranks[model->rank_peak.worst].peak.bytes : 0;
    uint64_t least = higher(LEAST_BYTES, fullest / 100 * LEAST_PERCENT);
    struct mw_rises rises = {0};

    for (size_t i = 0; i < model->site_count; i++)
        add(&rises, (struct mw_rise){.site = &model->sites[i], .rise = &model->sites[i].rise}, least);
    for (size_t i = 0; i < model->phase_count; i++)
        add(&rises, (struct mw_rise){.phase = &model->phases[i], .rise = &model->phases[i].rise}, least);
    if (rises.count)
        qsort(rises.items, rises.count, sizeof(*rises.items), compare_sizes);
    return rises;
}

void mw_rises_free(struct mw_rises *rises)
{
    free(rises->items);
    *rises = (struct mw_rises){0};
}
