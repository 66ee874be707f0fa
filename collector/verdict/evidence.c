/* SPDX-License-Identifier: MIT */
#include "collector/verdict/evidence.h"

#include "collector/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* Less is the noise of MPI's buffers and of libraries. */
#define LEAST (16ULL << 20)

bool mw_evidence_is_much(uint64_t part, uint64_t whole, unsigned percent)
{
    return part >= LEAST && part / percent >= whole / 100;
}

static int compare_bytes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void compare_others(struct mw_evidence *evidence)
{
    const struct mw_model *model = evidence->model;
    uint64_t *peaks = mw_mem_alloc(model->rank_count, sizeof(*peaks));
    enum mw_model_kind kind = MW_MODEL_EXACT;
    uint32_t n = 0;

    for (size_t i = 0; i < model->rank_count; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        if (rank == evidence->rank || rank->world != evidence->rank->world || rank->peak.kind == MW_MODEL_UNKNOWN)
            continue;
        peaks[n++] = rank->peak.bytes;
        if (rank->peak.kind == MW_MODEL_AT_LEAST || kind == MW_MODEL_EXACT)
            kind = rank->peak.kind;
    }
    if (n)
        qsort(peaks, n, sizeof(*peaks), compare_bytes);
    evidence->others = n;
    evidence->median = n ? (struct mw_model_bytes){peaks[n / 2], kind} : (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
    free(peaks);
}

static uint64_t above(uint64_t peak, uint64_t a, uint64_t b)
{
    uint64_t level = a > b ? a : b;

    return peak > level ? peak - level : 0;
}

/* If the peak was inside a call: what was there neither before nor behind it. */
static void look_inside_call(struct mw_evidence *evidence)
{
    const struct mw_model_rank *rank = evidence->rank;
    const struct mw_model_spike *highest = NULL;

    for (uint32_t i = 0; i < rank->spike_count; i++)
        if (rank->spikes[i].site == rank->peak_site && (!highest || highest->peak_rss < rank->spikes[i].peak_rss))
            highest = &rank->spikes[i];
    if (!highest || !highest->exit_rss)
        return;
    evidence->passing = above(highest->peak_rss, highest->entry_rss, highest->exit_rss);
    evidence->passing_ns = highest->exit_ns > highest->entry_ns ? highest->exit_ns - highest->entry_ns : 0;
}

/* If it was in a phase between calls: what was there at none of its known ends. */
static void look_inside_phase(struct mw_evidence *evidence)
{
    const struct mw_model_rank *rank = evidence->rank;
    const struct mw_model_phase *phase = &rank->phases[rank->peak_phase];
    uint64_t left = phase->exit_rss;

    if (!mw_model_is_of_calls(phase->kind) || !phase->exit_rss || phase->last_ns < rank->peak_ns ||
        (phase->visits > 1 && !phase->visit_count))
        return;
    for (uint32_t i = 0; i < phase->visit_count; i++)
        if (left < (uint64_t)phase->kept[i].exit_kib * 1024)
            left = (uint64_t)phase->kept[i].exit_kib * 1024;
    evidence->passing = above(phase->peak_exact, phase->entry_rss, left);
    evidence->passing_ns = phase->visits == 1 ? phase->time_ns : 0;
}

/* A peak that the rank did not survive did not pass. */
static void look_at_peak(struct mw_evidence *evidence)
{
    const struct mw_model_rank *rank = evidence->rank;

    if (rank->peak.kind != MW_MODEL_EXACT || !rank->has_details)
        return;
    if (rank->peak_site != MW_MODEL_NONE)
        look_inside_call(evidence);
    else if (rank->peak_phase != MW_MODEL_NONE)
        look_inside_phase(evidence);
    if (evidence->passing > rank->peak.bytes) /* a damaged record */
        evidence->passing = 0;
}

struct mw_evidence mw_evidence_of(const struct mw_model *model)
{
    struct mw_evidence evidence = {.model = model, .index = model->rank_peak.worst};

    if (!model->rank_count || model->ranks[evidence.index].peak.kind == MW_MODEL_UNKNOWN)
        return evidence;
    evidence.rank = &model->ranks[evidence.index];
    evidence.name = mw_rank_name(model, evidence.index);
    compare_others(&evidence);
    if (evidence.rank->has_details)
        evidence.waterfall = mw_waterfall_make(evidence.rank);
    evidence.has_line = evidence.rank->heap.has_details && mw_heap_largest_stack_at_peak(evidence.rank, &evidence.line);
    look_at_peak(&evidence);
    return evidence;
}

struct mw_evidence_line mw_evidence_line(const struct mw_evidence *evidence)
{
    const struct mw_model_place *caller = mw_heap_caller(evidence->line.site);
    struct mw_evidence_line line;

    if (caller && !caller->line)
        caller = NULL; /* an address says nothing to a reader */
    snprintf(line.text, sizeof(line.text), "%s%s%s", evidence->line.site->label, caller ? ", called from " : "",
             caller ? caller->label : "");
    return line;
}
