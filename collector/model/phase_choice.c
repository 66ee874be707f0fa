/* SPDX-License-Identifier: MIT */
#include "collector/model/phase_choice.h"

#include "collector/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Changes below this share of the highest peak, or below this number of bytes, are ignored. */
#define MIN_SHARE 1000
#define MIN_BYTES (64u << 10)

typedef uint64_t weigh(const struct mw_model_merged_phase *phase);

static uint64_t height(const struct mw_model_merged_phase *phase)
{
    return phase->peak.max;
}

uint64_t mw_phase_choice_growth(const struct mw_model_merged_phase *phase)
{
    uint64_t grown = phase->growth.max > 0 ? (uint64_t)phase->growth.max : 0;
    uint64_t given_back = phase->growth.min < 0 ? -(uint64_t)phase->growth.min : 0;

    return grown > given_back ? grown : given_back;
}

uint64_t mw_phase_choice_rise(const struct mw_model_merged_phase *phase)
{
    uint64_t around = phase->entry_rss.max > phase->exit_rss.max ? phase->entry_rss.max : phase->exit_rss.max;

    return phase->peak.max > around ? phase->peak.max - around : 0;
}

/* A phase for sorting: by weight, then by time. */
struct candidate {
    uint64_t weight;
    double time;
    size_t index;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    if (x->time < y->time || x->time > y->time)
        return x->time < y->time ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

struct choice {
    const struct mw_model *model;
    const bool *among;
    bool *chosen;
    size_t count;                 /* number chosen so far */
    struct candidate *candidates; /* space for all phases */
};

/* Chooses the phases with the largest weight of at least `least` that are not chosen yet, until `most` are chosen in total.
 * Differences below `unit` do not count. */
static void choose(struct choice *choice, weigh *weight, uint64_t least, uint64_t unit, size_t most)
{
    size_t count = 0;

    for (size_t i = 0; i < choice->model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &choice->model->phases[i];
        uint64_t its = weight(phase);
        if (choice->among[i] && !choice->chosen[i] && its >= least)
            choice->candidates[count++] = (struct candidate){its / unit, phase->time.mean, i};
    }
    if (count)
        qsort(choice->candidates, count, sizeof(*choice->candidates), compare_candidates);
    for (size_t i = 0; i < count && choice->count < most; i++, choice->count++)
        choice->chosen[choice->candidates[i].index] = true;
}

static uint64_t least_of(const struct mw_model *model)
{
    uint64_t highest = 0;

    for (size_t i = 0; i < model->phase_count; i++)
        if (height(&model->phases[i]) > highest)
            highest = height(&model->phases[i]);
    return highest / MIN_SHARE > MIN_BYTES ? highest / MIN_SHARE : MIN_BYTES;
}

void mw_phase_choice_make(const struct mw_model *model, const bool *among, size_t most, bool *chosen)
{
    struct choice choice = {.model = model,
                            .among = among,
                            .chosen = chosen,
                            .candidates = mw_mem_alloc(model->phase_count, sizeof(*choice.candidates))};
    uint64_t least = least_of(model);

    memset(chosen, 0, model->phase_count * sizeof(*chosen));
    if (most)
        choose(&choice, height, 0, 1, 1);
    choose(&choice, mw_phase_choice_growth, least, 1, most < 2 ? most : 1 + most / 2);
    choose(&choice, mw_phase_choice_rise, least, 1, most);
    choose(&choice, mw_phase_choice_growth, least, 1, most);
    choose(&choice, height, 0, least, most);
    free(choice.candidates);
}
