/* SPDX-License-Identifier: MIT */
#include "collector/findings/leaks.h"

#include "collector/base/mem.h"
#include "collector/base/ranges.h"
#include "collector/base/units.h"
#include "collector/findings/leak_lines.h"
#include "collector/model/rank_name.h"
#include "collector/model/reading_error.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK "leak-check"
#define MIN_VISITS 8
#define MIN_GROWTH (1.0 * (1 << 20))
#define PAIRS (MW_RECORD_VISITS * (MW_RECORD_VISITS - 1) / 2)

static int compare_slopes(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Bytes from one kept visit to another. */
static double rise(const struct mw_visit *from, const struct mw_visit *to)
{
    return ((double)to->exit_kib - (double)from->exit_kib) * 1024;
}

/* Theil-Sen: the median slope of all pairs, in bytes per visit. */
static double slope_of(const struct mw_visit *visits, uint32_t count)
{
    double slopes[PAIRS];
    size_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = i + 1; k < count; k++)
            slopes[n++] = rise(&visits[i], &visits[k]) / ((double)visits[k].visit - (double)visits[i].visit);
    qsort(slopes, n, sizeof(*slopes), compare_slopes);
    return n % 2 ? slopes[n / 2] : (slopes[n / 2 - 1] + slopes[n / 2]) / 2;
}

/* Rises nearly always, and never by half of the total in one step. */
static bool is_steady(const struct mw_visit *visits, uint32_t count, double total)
{
    uint32_t rising = 0;

    for (uint32_t i = 1; i < count; i++) {
        double step = rise(&visits[i - 1], &visits[i]);
        if (step >= total / 2)
            return false;
        rising += step > 0;
    }
    return rising * 4 >= (count - 1) * 3;
}

double mw_leaks_slope(const struct mw_model_phase *phase, uint64_t error_bytes)
{
    const struct mw_visit *visits = phase->kept;
    uint32_t count = phase->visit_count, half = count / 2;
    double slope, total, own;

    if (count < MIN_VISITS || count > MW_RECORD_VISITS || !phase->measured)
        return 0;
    slope = slope_of(visits, count);
    total = slope * ((double)visits[count - 1].visit - (double)visits[0].visit);
    own = (double)phase->growth / (double)phase->measured;
    if (total < MIN_GROWTH || total < 2 * (double)error_bytes || own < slope / 2 ||
        slope_of(visits + half, count - half) < slope / 2 || !is_steady(visits, count, total))
        return 0;
    return slope;
}

bool mw_leaks_is_spanned(const struct mw_model_phase *phase)
{
    uint64_t span = phase->visit_count ? phase->kept[phase->visit_count - 1].visit - phase->kept[0].visit : 0;

    return (double)span >= 0.75 * ((double)phase->visits - 1);
}

/* ---- one rank ---- */

/* Whether a leaking user phase is inside this phase, or starts with it. */
static bool has_leaking_child(const struct mw_model_rank *rank, uint32_t parent, uint64_t error)
{
    for (uint32_t i = parent + 1; i < rank->phase_count; i++)
        if (rank->phases[i].kind == MW_PHASE_USER && rank->phases[i].parent == parent &&
            mw_leaks_slope(&rank->phases[i], error) > 0)
            return true;
    return false;
}

/* Which phase to report: the innermost user phase; a phase between calls only if no user phase is reported for it. */
static bool is_reported(const struct mw_model_rank *rank, uint32_t index, uint64_t error)
{
    const struct mw_model_phase *phase = &rank->phases[index];

    if (mw_leaks_slope(phase, error) <= 0)
        return false;
    if (phase->kind == MW_PHASE_USER)
        return !has_leaking_child(rank, index, error);
    return mw_model_is_of_calls(phase->kind) &&
           (phase->parent == MW_MODEL_NONE || mw_leaks_slope(&rank->phases[phase->parent], error) <= 0);
}

/* ---- all ranks ---- */

/* A phase that leaks in some ranks. */
struct leak {
    struct mw_ranges ranks;
    bool sure;      /* enough visits of its ranks were measured */
    double slope;   /* of the worst rank */
    uint32_t rank;  /* index of that one */
    uint32_t phase; /* in its phases */
};

/* The phase between calls with the largest growth inside a user phase: the place of the leak. */
static const struct mw_model_phase *growing_part(const struct mw_model_rank *rank, uint32_t index)
{
    const struct mw_model_phase *best = NULL;

    if (rank->phases[index].kind != MW_PHASE_USER)
        return &rank->phases[index];
    for (uint32_t i = index + 1; i < rank->phase_count; i++)
        if (mw_model_is_of_calls(rank->phases[i].kind) && rank->phases[i].parent == index &&
            (!best || rank->phases[i].growth > best->growth))
            best = &rank->phases[i];
    return best;
}

/* The call with the largest growth, for a phase that grew inside MPI calls; NULL for other phases, and if other threads may
 * have grown during the calls. */
static const struct mw_model_site *growing_call(const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    const struct mw_model_site *best = NULL;

    if (phase->growth_mpi <= phase->growth / 2 || rank->threads >= MW_THREADS_LATER)
        return NULL;
    for (uint32_t i = 0; i < rank->site_count; i++)
        if (rank->sites[i].last_ns != rank->sites[i].first_ns && (!best || rank->sites[i].growth > best->growth))
            best = &rank->sites[i];
    return best;
}

static void point_at(struct mw_finding *finding, const struct mw_model_place *place)
{
    if (!place || !place->line)
        return;
    snprintf(finding->file, sizeof(finding->file), "%s", place->path[0] ? place->path : place->file);
    finding->line = place->line;
}

static const struct mw_model_place *place_of(const struct mw_model_rank *rank, const struct mw_model_phase *part)
{
    uint32_t site = part->from_site != MW_MODEL_NONE ? part->from_site : part->to_site;

    return site < rank->site_count ? rank->sites[site].place : NULL;
}

/* The line of the program that left the most; NULL if there is none. */
static const struct mw_model_place *allocator(const struct mw_leak_lines *lines)
{
    for (uint32_t i = 0; i < lines->count; i++)
        if (lines->lines[i].site->place)
            return lines->lines[i].site->place;
    return NULL;
}

static void report_leak(const struct mw_model *model, struct leak *leak, struct mw_findings *findings)
{
    const struct mw_model_rank *rank = &model->ranks[leak->rank];
    const struct mw_model_phase *phase = &rank->phases[leak->phase], *part = growing_part(rank, leak->phase);
    const struct mw_visit *first = &phase->kept[0], *last = &phase->kept[phase->visit_count - 1];
    const struct mw_model_site *call = growing_call(rank, phase);
    const char *where = call ? call->label : part && part != phase ? part->name : "";
    struct mw_leak_lines lines = mw_leak_lines_find(rank, phase, leak->slope);
    char left[500];

    mw_leak_lines_describe(left, sizeof(left), rank, &lines);
    point_at(
        mw_findings_add(findings, CHECK, leak->sure ? MW_FINDING_FAILED : MW_FINDING_WARNING, MW_FINDINGS_LEAK,
                        "phase \"%.160s\" %s %s more behind at every visit: %s grew from %s to %s from visit %u to %u of %llu"
                        "%s%.200s%s; rank%s %.100s%s",
                        phase->path, leak->sure ? "leaves" : "may leave", mw_units_bytes_mean(leak->slope).text,
                        mw_rank_name(model, leak->rank).text, mw_units_bytes((uint64_t)first->exit_kib * 1024).text,
                        mw_units_bytes((uint64_t)last->exit_kib * 1024).text, (unsigned)first->visit, (unsigned)last->visit,
                        (unsigned long long)phase->visits, where[0] ? (call ? ", inside " : ", at ") : "", where, left,
                        leak->ranks.count == 1 ? "" : "s", mw_ranges_text(&leak->ranks),
                        leak->sure ? "" : "; later visits were not measured: --exact measures all"),
        allocator(&lines) ? allocator(&lines)
        : call            ? call->place
        : part            ? place_of(rank, part)
                          : NULL);
}

/* A certain leak in one rank is not made uncertain by another rank. */
static void take(struct leak *leak, const struct mw_model *model, uint32_t index, uint32_t phase)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    double slope = mw_leaks_slope(&rank->phases[phase], mw_reading_error_of(model, rank));
    bool sure = mw_leaks_is_spanned(&rank->phases[phase]);

    if (leak->sure && !sure)
        return;
    if (sure && !leak->sure)
        *leak = (struct leak){.sure = true};
    if (!leak->ranks.count || (int64_t)rank->rank > leak->ranks.last)
        mw_ranges_add(&leak->ranks, rank->rank, rank->rank);
    if (slope <= leak->slope)
        return;
    leak->slope = slope;
    leak->rank = index;
    leak->phase = phase;
}

/* Fills in the leaks of all ranks, by merged phase. Returns the number of ranks without details. */
static size_t collect(struct leak *leaks, const struct mw_model *model)
{
    size_t unknown = 0;

    for (uint32_t i = 0; i < model->rank_count; i++) {
        unknown += !model->ranks[i].has_details;
        for (uint32_t k = 0; k < model->ranks[i].phase_count && model->ranks[i].has_details; k++)
            if (model->ranks[i].phases[k].merged < model->phase_count &&
                is_reported(&model->ranks[i], k, mw_reading_error_of(model, &model->ranks[i])))
                take(&leaks[model->ranks[i].phases[k].merged], model, i, k);
    }
    return unknown;
}

static double growth_of(const struct mw_model *model, const struct leak *leak)
{
    return leak->slope > 0 ? leak->slope * (double)model->ranks[leak->rank].phases[leak->phase].visits : 0;
}

struct mw_leaks_worst mw_leaks_find_worst(const struct mw_model *model)
{
    struct leak *leaks = mw_mem_alloc(model->phase_count + 1, sizeof(*leaks));
    struct mw_leaks_worst worst = {.rank = MW_MODEL_NONE};
    double most = 0;

    collect(leaks, model);
    for (size_t i = 0; i < model->phase_count; i++)
        if (growth_of(model, &leaks[i]) > most) {
            most = growth_of(model, &leaks[i]);
            worst = (struct mw_leaks_worst){leaks[i].rank, leaks[i].phase, leaks[i].slope, leaks[i].sure};
        }
    free(leaks);
    return worst;
}

void mw_leaks_judge(const struct mw_model *model, struct mw_findings *findings)
{
    struct leak *leaks = mw_mem_alloc(model->phase_count + 1, sizeof(*leaks));
    size_t unknown = collect(leaks, model), found = 0;

    for (size_t i = 0; i < model->phase_count; i++)
        if (leaks[i].slope > 0) {
            report_leak(model, &leaks[i], findings);
            found++;
        }
    if (unknown || !model->rank_count)
        mw_findings_add(findings, CHECK, MW_FINDING_WARNING, MW_FINDINGS_NONE,
                        "%zu of %zu ranks were checked: single "
                        "visits of the others are not kept",
                        model->rank_count - unknown, model->rank_count);
    else if (!found)
        mw_findings_add(findings, CHECK, MW_FINDING_PASSED, MW_FINDINGS_NONE,
                        "no phase leaves more memory behind at every visit");
    free(leaks);
}
