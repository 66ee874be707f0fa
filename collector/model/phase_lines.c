/* SPDX-License-Identifier: MIT */
#include "collector/model/phase_lines.h"

#include "collector/base/mem.h"

#include <stdlib.h>

#define COMPARED 3 /* lines; smaller ones than 1/50 of the peak do not count */
#define COMPARED_LEAST 50
#define ALIKE 10 /* amounts differ by less than a tenth, or by their errors */

/* ---- one phase of one rank ---- */

struct amounts {
    const struct mw_model_heap *heap;
    uint64_t *bytes; /* by site */
};

static uint64_t amount_of(const struct mw_model_heap_site *site, const void *context)
{
    const struct amounts *amounts = context;

    return amounts->bytes[site - amounts->heap->sites];
}

static struct mw_heap_largest *lines_of(const struct mw_model_heap *heap, const struct mw_model_heap_phase *phase,
                                        size_t *count)
{
    struct amounts amounts = {heap, mw_mem_alloc(heap->site_count, sizeof(*amounts.bytes))};
    struct mw_heap_largest *lines;

    for (uint32_t i = 0; i < phase->lines; i++)
        if (phase->line[i].site < heap->site_count)
            amounts.bytes[phase->line[i].site] = phase->line[i].bytes;
    lines = mw_heap_largest_lines(heap, amount_of, &amounts, count);
    free(amounts.bytes);
    return lines;
}

/* ---- all phases ---- */

static bool is_alike(const struct mw_heap_largest *a, const struct mw_heap_largest *b)
{
    uint64_t difference = a->bytes > b->bytes ? a->bytes - b->bytes : b->bytes - a->bytes;

    return a->site->merged != MW_MODEL_NONE && a->site->merged == b->site->merged &&
           (difference <= b->bytes / ALIKE || difference <= mw_model_sum(a->error, b->error));
}

/* How many of the lines count, of those that are compared. */
static size_t count_large(const struct mw_heap_largest *lines, size_t count, uint64_t mark)
{
    size_t i = 0;

    while (i < COMPARED && i < count && lines[i].bytes >= mark / COMPARED_LEAST)
        i++;
    return i;
}

static bool is_of_peak(const struct mw_phase_lines *phase, const struct mw_model_heap *heap)
{
    size_t count, large, i = 0;
    struct mw_heap_largest *lines = mw_heap_largest_lines(heap, mw_heap_at_peak, NULL, &count);

    large = count_large(lines, count, heap->mark);
    while (i < large && i < phase->count && is_alike(&phase->lines[i], &lines[i]))
        i++;
    free(lines);
    return i && i == large && i >= count_large(phase->lines, phase->count, heap->mark);
}

static bool is_recorded(const struct mw_model_heap_phase *phase, uint32_t site)
{
    for (uint32_t i = 0; i < phase->lines; i++)
        if (phase->line[i].site == site)
            return true;
    return false;
}

/* Whether all sites of an owner that held something at the rank's peak are in the list. */
static bool has_all_of(const struct mw_model_heap *heap, enum mw_heap_owner owner)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < heap->site_count; i++)
        if (heap->sites[i].owner == owner)
            sum = mw_model_sum(sum, heap->sites[i].at_peak);
    return (int64_t)(sum & INT64_MAX) >= heap->rows[owner]; /* the first rows are those of owners */
}

/* No other site of the line held more than the smallest that is recorded, and all together no more than the rest. */
uint64_t mw_phase_lines_missing(const struct mw_model *model, const struct mw_phase_lines *phase,
                                const struct mw_heap_largest *line)
{
    const struct mw_model_heap *heap = &model->ranks[phase->rank].heap;
    uint64_t sum = 0, least = phase->heap->held, rest, others = 0;

    for (uint32_t i = 0; i < phase->heap->lines; i++) {
        uint64_t bytes = phase->heap->line[i].bytes;
        sum = mw_model_sum(sum, bytes);
        least = bytes < least ? bytes : least;
    }
    rest = phase->heap->held > sum ? phase->heap->held - sum : 0;
    for (uint32_t i = 0; i < heap->site_count; i++)
        others += heap->sites[i].merged == line->site->merged && !is_recorded(phase->heap, i);
    return !has_all_of(heap, line->site->owner) || (double)others * (double)least > (double)rest ? rest : others * least;
}

/* The fullest rank of each merged phase, with its entry. */
struct fullest {
    uint32_t rank;
    uint64_t peak;                          /* of the phase */
    const struct mw_model_heap_phase *heap; /* NULL: none */
};

static bool is_fuller(const struct fullest *one, const struct fullest *other)
{
    if (!other->heap || one->peak != other->peak)
        return !other->heap || one->peak > other->peak;
    return one->heap->mark > other->heap->mark;
}

static struct fullest *find_fullest(const struct mw_model *model)
{
    struct fullest *fullest = mw_mem_alloc(model->phase_count, sizeof(*fullest));

    for (uint32_t r = 0; r < model->rank_count; r++) {
        const struct mw_model_rank *rank = &model->ranks[r];
        for (uint32_t i = 0; i < rank->heap.phase_count; i++) {
            const struct mw_model_heap_phase *heap = &rank->heap.phases[i];
            const struct mw_model_phase *phase = heap->phase < rank->phase_count ? &rank->phases[heap->phase] : NULL;
            struct fullest one = {r, phase ? phase->peak.bytes : 0, heap};
            if (phase && phase->merged < model->phase_count && is_fuller(&one, &fullest[phase->merged]))
                fullest[phase->merged] = one;
        }
    }
    return fullest;
}

struct mw_phase_lines *mw_phase_lines_make(const struct mw_model *model, size_t *count)
{
    struct mw_phase_lines *phases = mw_mem_alloc(model->phase_count, sizeof(*phases));
    struct fullest *fullest = find_fullest(model);

    *count = 0;
    for (size_t i = 0; i < model->phase_count; i++) {
        struct mw_phase_lines *to = &phases[*count];
        if (!fullest[i].heap)
            continue;
        *to = (struct mw_phase_lines){.phase = &model->phases[i], .rank = fullest[i].rank, .heap = fullest[i].heap};
        to->lines = lines_of(&model->ranks[to->rank].heap, to->heap, &to->count);
        to->is_of_peak = is_of_peak(to, &model->ranks[to->rank].heap);
        if (to->count)
            (*count)++;
        else
            free(to->lines);
    }
    free(fullest);
    return phases;
}

void mw_phase_lines_free(struct mw_phase_lines *phases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(phases[i].lines);
    free(phases);
}
