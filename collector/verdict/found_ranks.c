/* SPDX-License-Identifier: MIT */
/* Findings on the ranks: one needs much more than the others; they do not need it at the same time. */
#include "collector/base/units.h"
#include "collector/report/lines/words.h"
#include "collector/verdict/catalogue.h"

#include <stdio.h>

#define RATIO 1.5 /* to the median of the others */

/* The line where this rank holds most more than the mean of all ranks; NULL: none holds a quarter of the excess more. */
static const struct mw_model_heap_line *line_of_excess(const struct mw_evidence *evidence, uint64_t excess)
{
    const struct mw_model_heaps *heaps = &evidence->model->heaps;
    const struct mw_model_heap_line *best = NULL;
    double most = (double)excess / 4;

    for (uint32_t i = 0; i < heaps->line_count; i++) {
        const struct mw_model_heap_line *line = &heaps->lines[i];
        double more = (double)line->max - line->mean;
        if (line->owner == MW_HEAP_PROGRAM && line->worst == evidence->index && more > most) {
            most = more;
            best = line;
        }
    }
    return best;
}

static bool find_heavy(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_rank *rank = evidence->rank;
    const uint64_t median = evidence->median.bytes;
    const struct mw_model_heap_line *line;
    char others[64];

    if (!rank || !evidence->others || rank->peak.kind == MW_MODEL_AT_MOST || rank->peak.bytes <= median)
        return false;
    found->bytes = rank->peak.bytes - median;
    if (!mw_evidence_is_much(found->bytes, rank->peak.bytes, 10) || (double)rank->peak.bytes < RATIO * (double)median)
        return false;
    snprintf(others, sizeof(others), evidence->others == 1 ? "the other" : "the median of the other %s",
             mw_units_count(evidence->others).text);
    snprintf(found->text, sizeof(found->text), "%s needed %s, %.1f times %s (%s%s)", evidence->name.text,
             mw_report_bytes(rank->peak).text, (double)rank->peak.bytes / (double)(median ? median : 1), others,
             mw_report_bytes(evidence->median).text,
             evidence->median.kind == MW_MODEL_AT_LEAST ? ", as far as they were measured" : "");
    line = line_of_excess(evidence, found->bytes);
    if (rank->held_mpi.bytes >= found->bytes / 2 || evidence->passing >= found->bytes / 2)
        return true; /* MPI's, or a spike: a finding of its own says what to do */
    if (line)
        snprintf(found->next, sizeof(found->next),
                 "distribute what %s holds in %s (%s) over the ranks, or give that rank a separate node", line->label,
                 evidence->name.text, mw_units_bytes(line->max).text);
    else
        snprintf(found->next, sizeof(found->next), "distribute the work of %s, or give it a separate node",
                 evidence->name.text);
    return true;
}

static bool is_rank_0(const struct mw_evidence *evidence)
{
    return evidence->rank && evidence->rank->rank == 0;
}

bool mw_found_heavy_rank_0(const struct mw_evidence *evidence, struct mw_found *found)
{
    return is_rank_0(evidence) && find_heavy(evidence, found);
}

bool mw_found_imbalance(const struct mw_evidence *evidence, struct mw_found *found)
{
    return !is_rank_0(evidence) && find_heavy(evidence, found);
}

bool mw_found_peaks_differ(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_peak *peak = &evidence->model->peak;
    uint64_t less;

    if (evidence->model->rank_count < 2 || peak->upper.kind != MW_MODEL_AT_MOST || peak->upper_open_ranks ||
        peak->sum_of_peaks <= peak->upper.bytes)
        return false;
    less = peak->sum_of_peaks - peak->upper.bytes;
    if (!mw_evidence_is_much(less, peak->sum_of_peaks, 20))
        return false;
    found->bytes = less;
    snprintf(found->text, sizeof(found->text), "the peaks came at different times: they add up to %s, but the job needed %s",
             mw_units_bytes(peak->sum_of_peaks).text, mw_report_bytes(peak->upper).text);
    snprintf(found->next, sizeof(found->next), "ask for %s, not for the sum of all peaks",
             mw_units_bytes(peak->upper.bytes).text);
    return true;
}
