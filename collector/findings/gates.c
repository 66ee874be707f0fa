/* SPDX-License-Identifier: MIT */
#include "collector/findings/gates.h"

#include "collector/base/ranges.h"
#include "collector/base/units.h"
#include "collector/findings/leaks.h"
#include "collector/model/certainty.h"
#include "collector/model/heap_largest.h"

#include <stdio.h>
#include <string.h>

#define TOTAL "max-total-rss"
#define RANK "max-rank-rss"
#define PROCESS "max-per-proc-rss"

bool mw_gates_any(const struct mw_gates *gates)
{
    return gates->total || gates->rank || gates->process || gates->leaks;
}

/* ---- the place of a rank's peak ---- */

/* "rank 3", with its world if there are several. */
static const char *name_rank(char *text, size_t size, const struct mw_model *model, const struct mw_model_rank *rank)
{
    if (rank->rank < 0)
        snprintf(text, size, "process %d, not yet a rank", rank->pid);
    else if (model->world_count > 1)
        snprintf(text, size, "rank %d of world %u", rank->rank, rank->world + 1);
    else
        snprintf(text, size, "rank %d", rank->rank);
    return text;
}

/* The call of the peak; between two calls the first of them. */
static const struct mw_model_place *peak_place(const struct mw_model_rank *rank)
{
    uint32_t site = rank->peak_site;

    if (site == MW_MODEL_NONE && rank->peak_phase != MW_MODEL_NONE && rank->peak_phase < rank->phase_count)
        site = rank->phases[rank->peak_phase].from_site;
    return site != MW_MODEL_NONE && site < rank->site_count ? rank->sites[site].place : NULL;
}

/* ", in phase "fft", in MPI_Alltoall fft.c:120, by 3.2 s": the known parts. */
static const char *describe_where(char *text, size_t size, const struct mw_model *model, const struct mw_model_rank *rank)
{
    const struct mw_model_phase *phase = NULL, *user = NULL;
    size_t length = 0;

    if (rank->peak_phase != MW_MODEL_NONE && rank->peak_phase < rank->phase_count)
        phase = user = &rank->phases[rank->peak_phase];
    if (phase && mw_model_is_of_calls(phase->kind) && phase->parent != MW_MODEL_NONE)
        user = &rank->phases[phase->parent];
    text[0] = '\0';
    if (user && (user->kind == MW_PHASE_USER || user == phase))
        length = (size_t)snprintf(text, size, ", in phase \"%.120s\"", user->path);
    if (rank->peak_site != MW_MODEL_NONE && rank->peak_site < rank->site_count && length < size)
        length += (size_t)snprintf(text + length, size - length, ", in %.150s", rank->sites[rank->peak_site].label);
    else if (phase && phase != user && length < size)
        length += (size_t)snprintf(text + length, size - length, ", at %.150s", phase->name);
    if (rank->peak_ns && length < size)
        snprintf(text + length, size - length, ", by %s", mw_units_time(mw_model_elapsed(model, rank->peak_ns)).text);
    return text;
}

/* The line of the program that held the most at the peak; of a rank that did not reach MPI_Finalize, and whose heap is of a
 * lower peak, when it ended. */
static bool find_line(const struct mw_model_rank *rank, struct mw_heap_largest *line, bool *at_peak)
{
    *at_peak = mw_heap_largest_at_peak(rank, line);
    return *at_peak || (!rank->heap.end_ns && mw_model_heap_is_recorded(&rank->heap) && !mw_heap_largest_is_of_peak(rank) &&
                        mw_heap_largest_at_end(rank, line));
}

/* "; 64.0 MiB of it at fft.c:291"; "" if that is not known. */
static const char *describe_line(char *text, size_t size, const struct mw_model_rank *rank)
{
    struct mw_heap_largest line;
    bool at_peak;

    text[0] = '\0';
    if (find_line(rank, &line, &at_peak))
        snprintf(text, size, "; %s%s%s %s at %.80s", at_peak ? "" : "when it ended, ", line.error ? "about " : "",
                 mw_units_bytes(line.bytes).text, at_peak ? "of it" : "were", line.site->label);
    return text;
}

/* That line; else the call of the peak. */
static const struct mw_model_place *place_of(const struct mw_model_rank *rank)
{
    struct mw_heap_largest line;
    bool at_peak;

    return find_line(rank, &line, &at_peak) && line.site->place->line ? line.site->place : peak_place(rank);
}

static void point_at(struct mw_finding *finding, const struct mw_model_place *place)
{
    if (!place || !place->line)
        return;
    snprintf(finding->file, sizeof(finding->file), "%s", place->path[0] ? place->path : place->file);
    finding->line = place->line;
}

/* ---- one process against a limit ---- */

enum verdict { WITHIN, MAYBE, OVER };

/* An exact mark may be read too low by `error`; the real peak above a lower bound is unknown and not guessed. */
static enum verdict verdict_of(const struct mw_model_bytes *peak, uint64_t error, uint64_t limit)
{
    if (peak->bytes > limit)
        return peak->kind == MW_MODEL_AT_MOST ? MAYBE : OVER;
    return peak->kind == MW_MODEL_EXACT && mw_model_sum(peak->bytes, error) > limit ? MAYBE : WITHIN;
}

static enum verdict verdict_of_rank(const struct mw_model_rank *rank, uint64_t limit)
{
    return verdict_of(&rank->peak, rank->error_bytes, limit);
}

static void report_rank(const struct mw_model *model, uint32_t index, enum verdict verdict, uint64_t limit, const char *check,
                        const char *others, struct mw_findings *findings)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    char name[64], where[400], line[160];
    uint64_t bytes = rank->peak.bytes;

    name_rank(name, sizeof(name), model, rank);
    describe_where(where, sizeof(where), model, rank);
    describe_line(line, sizeof(line), rank);
    if (verdict == OVER)
        point_at(mw_findings_add(findings, check, MW_FINDING_FAILED, MW_FINDINGS_PROCESS,
                                 "%s had %s (%s), %s over the limit of %s%s%s%s", name, mw_units_bytes(bytes).text,
                                 mw_certainty[rank->peak.kind].words, mw_units_bytes(bytes - limit).text,
                                 mw_units_bytes(limit).text, where, line, others),
                 place_of(rank));
    else
        point_at(mw_findings_add(findings, check, MW_FINDING_WARNING, MW_FINDINGS_NONE,
                                 "%s may have been over the limit of %s: %s was read, up to %s too low%s%s%s", name,
                                 mw_units_bytes(limit).text, mw_units_bytes(bytes).text, mw_units_bytes(rank->error_bytes).text,
                                 where, line, others),
                 place_of(rank));
}

/* "; also ranks 0, 2-3". */
static const char *list_others(char *text, size_t size, const struct mw_model *model, uint32_t reported, enum verdict verdict,
                               uint64_t limit)
{
    struct mw_ranges ranges = {0};

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (i != reported && verdict_of_rank(&model->ranks[i], limit) == verdict &&
            model->ranks[i].world == model->ranks[reported].world)
            mw_ranges_add(&ranges, model->ranks[i].rank, model->ranks[i].rank);
    text[0] = '\0';
    if (ranges.count)
        snprintf(text, size, "; also rank%s %s", ranges.count == 1 ? "" : "s", mw_ranges_text(&ranges));
    return text;
}

/* Reports the largest rank with this verdict. Returns whether there was one. */
static bool report_worst_rank(const struct mw_model *model, uint64_t limit, enum verdict verdict, const char *check,
                              struct mw_findings *findings)
{
    uint32_t worst = MW_MODEL_NONE;
    char others[200];

    for (uint32_t i = 0; i < model->rank_count; i++)
        if (verdict_of_rank(&model->ranks[i], limit) == verdict &&
            (worst == MW_MODEL_NONE || model->ranks[i].peak.bytes > model->ranks[worst].peak.bytes))
            worst = i;
    if (worst == MW_MODEL_NONE)
        return false;
    list_others(others, sizeof(others), model, worst, verdict, limit);
    report_rank(model, worst, verdict, limit, check, others, findings);
    return true;
}

static void pass(const char *check, uint64_t limit, struct mw_findings *findings)
{
    mw_findings_add(findings, check, MW_FINDING_PASSED, MW_FINDINGS_NONE, "nothing was over the limit of %s",
                    mw_units_bytes(limit).text);
}

static void judge_ranks(const struct mw_model *model, uint64_t limit, struct mw_findings *findings)
{
    if (model->rank_count == 0)
        mw_findings_add(findings, RANK, MW_FINDING_WARNING, MW_FINDINGS_NONE,
                        "no rank was recorded: --" RANK " was not checked; --" PROCESS " checks all processes");
    else if (!report_worst_rank(model, limit, OVER, RANK, findings) && !report_worst_rank(model, limit, MAYBE, RANK, findings))
        pass(RANK, limit, findings);
}

/* ---- every process ---- */

static bool report_worst_process(const struct mw_model *model, uint64_t limit, struct mw_findings *findings)
{
    const struct mw_model_process *worst = NULL;
    size_t over = 0;

    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (process->role == MW_MODEL_RANK || verdict_of(&process->peak, 0, limit) != OVER)
            continue;
        over++;
        if (!worst || process->peak.bytes > worst->peak.bytes)
            worst = process;
    }
    if (worst)
        mw_findings_add(findings, PROCESS, MW_FINDING_FAILED, MW_FINDINGS_PROCESS,
                        "process %d had %s (%s), %s over the limit of %s: %.150s%s", worst->pid,
                        mw_units_bytes(worst->peak.bytes).text, mw_certainty[worst->peak.kind].words,
                        mw_units_bytes(worst->peak.bytes - limit).text, mw_units_bytes(limit).text, worst->command,
                        over > 1 ? "; other processes that are not ranks were over it as well" : "");
    return worst;
}

static void judge_processes(const struct mw_model *model, uint64_t limit, struct mw_findings *findings)
{
    bool over = report_worst_process(model, limit, findings);

    if (!report_worst_rank(model, limit, OVER, PROCESS, findings) && !over &&
        !report_worst_rank(model, limit, MAYBE, PROCESS, findings))
        pass(PROCESS, limit, findings);
}

/* ---- the job ---- */

/* A lower bound of the job's peak: the largest sampled sum, or the peak of one process. */
static struct mw_model_bytes least_total(const struct mw_model *model)
{
    struct mw_model_bytes least = {model->peak.seen.bytes, MW_MODEL_AT_LEAST};

    for (size_t i = 0; i < model->job_count; i++) {
        struct mw_model_bytes job = least_total(&model->jobs[i]);
        least.bytes = job.bytes > least.bytes ? job.bytes : least.bytes;
    }
    if (model->rank_count && model->rank_peak.max > least.bytes)
        least.bytes = model->rank_peak.max;
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].peak.kind != MW_MODEL_AT_MOST && model->processes[i].peak.bytes > least.bytes)
            least.bytes = model->processes[i].peak.bytes;
    return least;
}

static const char *describe_fullest(char *text, size_t size, const struct mw_model *model)
{
    const struct mw_model_rank *rank = model->rank_count ? &model->ranks[model->rank_peak.worst] : NULL;
    char name[64], where[400], line[160];

    text[0] = '\0';
    if (rank)
        snprintf(text, size, "; most in %s: %s%s%s", name_rank(name, sizeof(name), model, rank),
                 mw_units_bytes(rank->peak.bytes).text, describe_where(where, sizeof(where), model, rank),
                 describe_line(line, sizeof(line), rank));
    return text;
}

static void judge_total(const struct mw_model *model, uint64_t limit, struct mw_findings *findings)
{
    struct mw_model_bytes least = least_total(model);
    const struct mw_model_bytes *upper = &model->peak.upper;
    const char *what = model->job_count ? "jobs together" : "job";
    struct mw_finding *finding = NULL;
    char most[720];

    describe_fullest(most, sizeof(most), model);
    if (least.bytes > limit)
        finding = mw_findings_add(findings, TOTAL, MW_FINDING_FAILED, MW_FINDINGS_TOTAL,
                                  "the %s had at least %s at one moment, %s over the limit of %s%s", what,
                                  mw_units_bytes(least.bytes).text, mw_units_bytes(least.bytes - limit).text,
                                  mw_units_bytes(limit).text, most);
    else if (upper->kind == MW_MODEL_AT_MOST && upper->bytes > limit)
        finding = mw_findings_add(findings, TOTAL, MW_FINDING_WARNING, MW_FINDINGS_NONE,
                                  "the %s may have been over the limit of %s: %s were seen at one moment, %s is the upper "
                                  "bound%s",
                                  what, mw_units_bytes(limit).text, mw_units_bytes(least.bytes).text,
                                  mw_units_bytes(upper->bytes).text, most);
    else
        pass(TOTAL, limit, findings);
    if (finding && model->rank_count)
        point_at(finding, place_of(&model->ranks[model->rank_peak.worst]));
}

/* ---- all ---- */

/* A job without ranks, among several, has only processes. */
static void judge_job(const struct mw_gates *gates, const struct mw_model *job, struct mw_findings *findings)
{
    bool has_ranks = !job->number || job->rank_count;
    size_t first = findings->count;

    if (gates->rank && has_ranks)
        judge_ranks(job, gates->rank, findings);
    if (gates->process)
        judge_processes(job, gates->process, findings);
    if (gates->leaks && has_ranks)
        mw_leaks_judge(job, findings);
    if (job->number)
        mw_findings_name_job(findings, first, job->number);
}

/* Checks what belongs to no job, or is missing in all jobs. */
static void judge_rest(const struct mw_gates *gates, const struct mw_model *run, struct mw_findings *findings)
{
    if (gates->process)
        report_worst_process(run, gates->process, findings);
    if (gates->rank && !mw_model_rank_total(run))
        judge_ranks(run, gates->rank, findings);
    if (gates->leaks && !mw_model_rank_total(run))
        mw_leaks_judge(run, findings);
}

/* Ranks are checked per job, the total for the run. */
void mw_gates_judge(const struct mw_gates *gates, const struct mw_model *model, struct mw_findings *findings)
{
    if (gates->total)
        judge_total(model, gates->total, findings);
    for (size_t i = 0; i < mw_model_parts(model); i++)
        judge_job(gates, mw_model_part(model, i), findings);
    if (model->job_count)
        judge_rest(gates, model, findings);
}
