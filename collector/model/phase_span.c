/* SPDX-License-Identifier: MIT */
#include "collector/model/phase_span.h"

/* Whether the rank's record ends inside the phase. */
static bool is_open(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    for (uint32_t at = rank->phase; at != MW_MODEL_NONE; at = rank->phases[at].parent)
        if (&rank->phases[at] == phase)
            return rank->stage != MW_STAGE_EXITED;
    return false;
}

/* Time in all its occurrences; last_ns is the start of an open one. */
static uint64_t time_in(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    uint64_t begun = is_open(rank, phase) && rank->known_ns > phase->last_ns ? rank->known_ns - phase->last_ns : 0;

    return mw_model_sum(phase->time_ns, begun);
}

static uint64_t end_of(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    return is_open(rank, phase) && rank->known_ns > phase->last_ns ? rank->known_ns : phase->last_ns;
}

static double share_of(uint64_t time_ns, uint64_t first_ns, uint64_t last_ns)
{
    double span = last_ns > first_ns ? (double)(last_ns - first_ns) : 0;

    return span > 0 && (double)time_ns < span ? (double)time_ns / span : 1;
}

struct mw_phase_span mw_phase_span_of(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    struct mw_phase_span span = {.first_ns = phase->first_ns,
                                 .last_ns = end_of(rank, phase),
                                 .occurrences = mw_model_sum(phase->visits, is_open(rank, phase) ? 1 : 0)};

    if (span.last_ns < span.first_ns)
        span.last_ns = span.first_ns;
    span.share = span.occurrences > 1 ? share_of(time_in(rank, phase), span.first_ns, span.last_ns) : 1;
    return span;
}

/* The phases of single ranks are not kept for a large job: then only ended occurrences are known. */
static struct mw_phase_span without_ranks(const struct mw_model_merged_phase *phase)
{
    return (struct mw_phase_span){phase->first_ns, phase->last_ns, phase->visits_max,
                                  share_of((uint64_t)phase->time.mean, phase->first_ns, phase->last_ns)};
}

struct mw_phase_span mw_phase_span_merged(const struct mw_model *model, uint32_t merged)
{
    struct mw_phase_span all = {.first_ns = UINT64_MAX};
    double time = 0;
    uint32_t count = 0;

    for (size_t r = 0; r < model->rank_count; r++)
        for (uint32_t i = 0; model->ranks[r].has_details && i < model->ranks[r].phase_count; i++) {
            const struct mw_model_phase *phase = &model->ranks[r].phases[i];
            struct mw_phase_span one;
            if (phase->merged != merged)
                continue;
            one = mw_phase_span_of(&model->ranks[r], phase);
            all.first_ns = one.first_ns < all.first_ns ? one.first_ns : all.first_ns;
            all.last_ns = one.last_ns > all.last_ns ? one.last_ns : all.last_ns;
            all.occurrences = one.occurrences > all.occurrences ? one.occurrences : all.occurrences;
            time += one.share * (double)(one.last_ns - one.first_ns);
            count++;
        }
    if (!count)
        return without_ranks(&model->phases[merged]);
    all.share = share_of((uint64_t)(time / count), all.first_ns, all.last_ns);
    return all;
}
