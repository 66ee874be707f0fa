/* SPDX-License-Identifier: MIT */
/* Findings on how the memory came: a spike, growth at every occurrence. */
#include "collector/base/units.h"
#include "collector/findings/leaks.h"
#include "collector/report/lines/words.h"
#include "collector/verdict/catalogue.h"

#include <stdio.h>

#define SPIKE_SHARE 25 /* percent of the peak */

/* The rank's highest known level outside of the call or phase of its peak. */
static uint64_t second_highest(const struct mw_model_rank *rank)
{
    uint64_t most = rank->init_rss;

    for (uint32_t i = 0; i < rank->phase_count; i++)
        if (i != rank->peak_phase && mw_model_is_of_calls(rank->phases[i].kind) && most < rank->phases[i].peak_exact)
            most = rank->phases[i].peak_exact;
    for (uint32_t i = 0; i < rank->site_count; i++)
        if (i != rank->peak_site && most < mw_model_sum(rank->sites[i].spike_entry_rss, rank->sites[i].spike))
            most = mw_model_sum(rank->sites[i].spike_entry_rss, rank->sites[i].spike);
    return most;
}

bool mw_found_spike(const struct mw_evidence *evidence, struct mw_found *found)
{
    const struct mw_model_rank *rank = evidence->rank;
    char place[300], lasted[48] = "";
    uint64_t second, without;

    if (!rank || !mw_evidence_is_much(evidence->passing, rank->peak.bytes, SPIKE_SHARE))
        return false;
    second = second_highest(rank);
    without = rank->peak.bytes - evidence->passing;
    if (second > without + evidence->passing / 2)
        return false; /* without it, another peak would be about as high */
    found->bytes = evidence->passing;
    mw_report_peak_place_complete(place, sizeof(place), rank);
    if (evidence->passing_ns)
        snprintf(lasted, sizeof(lasted), ", for at most %s", mw_units_time(evidence->passing_ns).text);
    snprintf(found->text, sizeof(found->text), "%s of the peak of %s came and went in %s%s",
             mw_units_bytes(evidence->passing).text, evidence->name.text, place, lasted);
    if (evidence->has_line && evidence->line.site->same_call && evidence->line.bytes >= evidence->passing / 2)
        snprintf(found->next, sizeof(found->next), "do it in parts, or reuse a buffer: %s were allocated only for it, at %s",
                 mw_units_bytes(evidence->line.bytes).text, mw_evidence_line(evidence).text);
    else
        snprintf(found->next, sizeof(found->next), "do it in parts: without that spike, %s needs about %s", evidence->name.text,
                 mw_units_bytes(second > without ? second : without).text);
    return true;
}

bool mw_found_growth(const struct mw_evidence *evidence, struct mw_found *found)
{
    struct mw_leaks_worst worst = mw_leaks_find_worst(evidence->model);
    const struct mw_model_rank *rank;
    const struct mw_model_phase *phase;
    double total;

    if (worst.rank == MW_MODEL_NONE)
        return false;
    rank = &evidence->model->ranks[worst.rank];
    phase = &rank->phases[worst.phase];
    total = worst.slope * (double)phase->visits;
    if (!mw_evidence_is_much((uint64_t)total, rank->peak.bytes, 10))
        return false;
    found->bytes = (uint64_t)total;
    snprintf(found->text, sizeof(found->text), "%s %s %s more behind at each of its %s visits, in %s",
             phase->kind == MW_PHASE_USER ? phase->path : phase->name, worst.sure ? "leaves" : "may leave",
             mw_units_bytes_mean(worst.slope).text, mw_units_count(phase->visits).text,
             mw_rank_name(evidence->model, worst.rank).text);
    snprintf(found->next, sizeof(found->next), "--leak-check names the lines that leave it");
    return true;
}
