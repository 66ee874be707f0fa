/* SPDX-License-Identifier: MIT */
#include "collector/model/waterfall.h"

#include "collector/model/in_mpi.h"

/* Steps of less than this share of the peak are part of OTHER. */
#define MIN_SHARE 100

static void add(struct mw_waterfall *waterfall, enum mw_waterfall_kind kind, uint32_t phase, int64_t bytes)
{
    waterfall->steps[waterfall->count++] = (struct mw_waterfall_step){kind, phase, bytes};
}

/* The outermost phase around the peak, or none. */
static uint32_t phase_of_peak(const struct mw_model_rank *rank)
{
    uint32_t at = rank->peak_phase;

    while (at != MW_MODEL_NONE && rank->phases[at].parent != MW_MODEL_NONE)
        at = rank->phases[at].parent;
    return at;
}

/* Whether all growth of a phase was before the peak, and no other step counts it. */
static bool came_before(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    return phase->parent == MW_MODEL_NONE && (mw_model_is_of_calls(phase->kind) || phase->kind == MW_PHASE_USER) &&
           phase->last_ns <= rank->peak_ns && phase->first_ns >= rank->created_ns;
}

static uint64_t size_of(int64_t change)
{
    return change < 0 ? -(uint64_t)change : (uint64_t)change;
}

/* RSS where the phase or call of the peak was entered; 0 unknown. */
static uint64_t entry_of_peak(const struct mw_model_rank *rank)
{
    const struct mw_model_site *site = rank->peak_site == MW_MODEL_NONE ? NULL : &rank->sites[rank->peak_site];
    const struct mw_model_phase *phase = rank->peak_phase == MW_MODEL_NONE ? NULL : &rank->phases[rank->peak_phase];

    if (site)
        return mw_model_sum(site->spike_entry_rss, site->spike) == rank->peak.bytes ? site->spike_entry_rss : 0;
    return phase && phase->visits <= 1 && phase->peak.bytes == rank->peak.bytes ? phase->entry_rss : 0;
}

static bool has_step(const struct mw_waterfall *waterfall, uint32_t phase)
{
    for (size_t i = 0; i < waterfall->count; i++)
        if (waterfall->steps[i].phase == phase)
            return true;
    return false;
}

/* The phase with the largest change that has no step yet; none when all others are small. */
static uint32_t largest_left(const struct mw_waterfall *waterfall, const struct mw_model_rank *rank, uint32_t own)
{
    uint64_t most = rank->peak.bytes / MIN_SHARE;
    uint32_t found = MW_MODEL_NONE;

    for (uint32_t i = 0; i < rank->phase_count; i++) {
        uint64_t size = size_of(rank->phases[i].growth);
        if (size > most && i != own && came_before(rank, &rank->phases[i]) && !has_step(waterfall, i)) {
            most = size;
            found = i;
        }
    }
    return found;
}

/* Adds steps of phases in order of time, and leaves space for the steps that follow. */
static void add_phases(struct mw_waterfall *waterfall, const struct mw_model_rank *rank)
{
    const size_t first = waterfall->count;
    uint32_t own = phase_of_peak(rank), next;

    while (waterfall->count < MW_WATERFALL_STEPS - 2 && (next = largest_left(waterfall, rank, own)) != MW_MODEL_NONE) {
        size_t at = waterfall->count++;
        for (; at > first && rank->phases[waterfall->steps[at - 1].phase].first_ns > rank->phases[next].first_ns; at--)
            waterfall->steps[at] = waterfall->steps[at - 1];
        waterfall->steps[at] = (struct mw_waterfall_step){MW_WATERFALL_PHASE, next, rank->phases[next].growth};
    }
}

static int64_t sum_of(const struct mw_waterfall *waterfall)
{
    int64_t sum = 0;

    for (size_t i = 0; i < waterfall->count; i++)
        sum = mw_model_sum_change(sum, waterfall->steps[i].bytes);
    return sum;
}

static int64_t missing_to(uint64_t rss, const struct mw_waterfall *waterfall)
{
    int64_t sum = sum_of(waterfall);

    return mw_model_sum_change((int64_t)rss, sum == INT64_MIN ? INT64_MAX : -sum);
}

struct mw_waterfall mw_waterfall_make(const struct mw_model_rank *rank)
{
    struct mw_waterfall waterfall = {.count = 0};
    uint64_t peak = rank->peak.bytes, entry;

    if (!rank->has_details || rank->peak.kind == MW_MODEL_UNKNOWN || !rank->init_rss || peak > INT64_MAX ||
        rank->peak_ns < rank->created_ns)
        return waterfall;
    add(&waterfall, MW_WATERFALL_START, MW_MODEL_NONE, (int64_t)rank->init_rss);
    add(&waterfall, MW_WATERFALL_CALL, MW_MODEL_NONE, mw_in_mpi_init(rank));
    add_phases(&waterfall, rank);
    entry = entry_of_peak(rank);
    waterfall.split = entry && entry <= peak;
    if (waterfall.split)
        add(&waterfall, MW_WATERFALL_OTHER, MW_MODEL_NONE, missing_to(entry, &waterfall));
    add(&waterfall, MW_WATERFALL_RISE, MW_MODEL_NONE, missing_to(peak, &waterfall));
    return waterfall;
}
