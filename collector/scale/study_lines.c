/* SPDX-License-Identifier: MIT */
/* The lines of a study: what each line that allocated held at the peaks of ranks. */
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/model/heap_lines.h"
#include "collector/scale/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line is modelled if it has this many bytes in some run, and is among so many with the largest share of a rank. */
#define LEAST (64 * 1024.0)
#define MOST_LINES 100
/* It is large from this share of the fullest rank on. */
#define LARGE 0.05
/* Large blocks are counted by pages; the share is for uneven parts, as that of a peak. */
#define NOISE_BYTES (16 * 1024.0)

/* ---- the lines of a run ---- */

static struct mw_study_line *line_of(const struct mw_model_heap_line *from)
{
    const struct mw_model_place *place = from->place;
    struct mw_study_line *line = mw_mem_alloc(1, sizeof(*line));

    *line = (struct mw_study_line){.label = mw_mem_copy(from->label),
                                   .function = mw_mem_copy(place ? place->function : ""),
                                   .file = mw_mem_copy(place && place->line ? place->file : ""),
                                   .number = place ? place->line : 0,
                                   .is_mpi = from->owner == MW_HEAP_MPI};
    return line;
}

/* The index of its series; that of its mean is the next one. */
static size_t series_of(struct mw_study *study, const struct mw_model_heap_line *line)
{
    uint32_t next = (uint32_t)study->series_count, found;
    char name[400];

    mw_heap_lines_name(name, sizeof(name), line);
    if (!study->line_keys)
        study->line_keys = mw_map_create();
    found = mw_map_add(study->line_keys, name, strlen(name), next);
    if (found == next) {
        mw_study_add_series(study, MW_STUDY_LINE, name)->line = line_of(line);
        mw_study_add_series(study, MW_STUDY_LINE_MEAN, name)->line = line_of(line);
    }
    return found;
}

/* Of two places with one name the larger value counts. */
static void add(struct mw_study_series *series, size_t run, double bytes, uint64_t error)
{
    if (!isnan(series->bytes[run]) && series->bytes[run] >= bytes)
        return;
    series->count += isnan(series->bytes[run]);
    series->bytes[run] = bytes;
    series->mpi[run] = 0;
    series->errors[run] = (double)error;
}

void mw_study_lines_take(struct mw_study *study, const struct mw_model *model)
{
    const struct mw_model_heaps *heaps = &model->heaps;
    size_t run = study->run_count - 1;

    study->runs[run].has_lines = heaps->ranks > 0 && model->world_count == 1; /* else those of spawned ranks are among them */
    for (uint32_t i = 0; i < heaps->line_count && study->runs[run].has_lines; i++) {
        const struct mw_model_heap_line *line = &heaps->lines[i];
        size_t at;
        if (line->owner == MW_HEAP_MEMWATCH || !line->max)
            continue;
        at = series_of(study, line);
        add(&study->series[at], run, (double)line->max, line->max_error);
        add(&study->series[at + 1], run, fmin(fmax(0, line->mean), (double)line->max), line->max_error);
    }
}

/* ---- which are modelled ---- */

struct share {
    double share; /* of the fullest rank, where that is most; 0 if it is small */
    size_t index;
};

static int by_share(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->share != y->share)
        return x->share < y->share ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The largest share of a line in the fullest rank of a run. */
static double share_of(const struct mw_study *study, const struct mw_study_series *series, double least)
{
    double share = 0;

    for (size_t i = 0; i < study->run_count; i++)
        if (series->bytes[i] >= least && study->runs[i].rank)
            share = fmax(share, series->bytes[i] / (double)study->runs[i].rank);
    return share;
}

static void keep_only(struct mw_study *study, const bool *kept)
{
    size_t count = 0;

    for (size_t i = 0; i < study->series_count; i++)
        if (kept[i])
            study->series[count++] = study->series[i];
        else
            mw_study_drop_series(&study->series[i]);
    study->series_count = count;
}

void mw_study_lines_choose(struct mw_study *study)
{
    struct share *shares = mw_mem_alloc(study->series_count + 1, sizeof(*shares));
    bool *kept = mw_mem_alloc(study->series_count + 1, sizeof(*kept));
    size_t count = 0;

    for (size_t i = 0; i < study->series_count; i++) {
        kept[i] = !mw_study_is_line(&study->series[i]);
        if (study->series[i].group == MW_STUDY_LINE)
            shares[count++] = (struct share){share_of(study, &study->series[i], LEAST), i};
    }
    qsort(shares, count, sizeof(*shares), by_share);
    for (size_t i = 0; i < count; i++)
        if (i < MOST_LINES && shares[i].share > 0)
            kept[shares[i].index] = kept[shares[i].index + 1] = true;
        else
            study->small_lines++;
    keep_only(study, kept);
    if (study->line_keys)
        mw_map_destroy(study->line_keys);
    study->line_keys = NULL;
    free(kept);
    free(shares);
}

/* ---- models ---- */

/* The variance of an estimate is proportional to its size. */
struct mw_fit_noise mw_study_lines_noise(const struct mw_study_series *series)
{
    struct mw_fit_noise noise = {.bytes = NOISE_BYTES, .share = mw_fit_noise_rss.share};
    double bytes = 0, variance = 0;

    for (size_t i = 0, seen = 0; seen < series->count; i++) {
        if (isnan(series->bytes[i]))
            continue;
        seen++;
        bytes += series->bytes[i];
        variance += series->errors[i] * series->errors[i];
    }
    if (bytes > 0)
        noise.root = sqrt(variance / bytes);
    return noise;
}

size_t mw_study_lines_missing(const struct mw_study *study, const struct mw_study_series *series)
{
    size_t count = 0;

    for (size_t i = 0; i < study->run_count; i++)
        count += study->runs[i].has_lines && isnan(series->bytes[i]);
    return count;
}

/* A law of the runs where it is large says nothing of those where it is gone. */
void mw_study_lines_check(struct mw_study *study, struct mw_study_series *series)
{
    struct mw_fit *fit = &series->fit;

    for (size_t i = 0; i < study->run_count && fit->verdict == MW_FIT_GOOD; i++) {
        const struct mw_study_run *run = &study->runs[i];
        if (!run->has_lines || !isnan(series->bytes[i]) || (run->n <= fit->n_max && run->s <= fit->s_max))
            continue;
        fit->verdict = MW_FIT_GONE;
        if (run->n > fit->n_max)
            snprintf(fit->why, sizeof(fit->why), "it has no entry in runs on more than %g ranks", fit->n_max);
        else
            snprintf(fit->why, sizeof(fit->why), "it has no entry in runs with %.60s above %.6g",
                     study->param ? study->param : "s", fit->s_max);
    }
}

/* ---- at the place of a prediction ---- */

static int by_size(const void *a, const void *b)
{
    const struct mw_study_line_at *x = a, *y = b;

    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return strcmp(x->series->name, y->series->name);
}

/* In the last run, in the order of runs, that has it. */
static double last_of(const struct mw_study *study, const struct mw_study_series *series)
{
    for (size_t i = study->run_count; i > 0; i--)
        if (!isnan(series->bytes[i - 1]))
            return series->bytes[i - 1];
    return 0;
}

static struct mw_study_line_at line_at(const struct mw_study *study, const struct mw_study_series *series, bool asked, double n,
                                       double s)
{
    const struct mw_study_series *rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank");
    struct mw_study_line_at at = {.series = series, .reach = MW_FIT_NO_MODEL, .size = last_of(study, series)};

    at.is_large = share_of(study, series, 0) >= LARGE;
    if (!asked)
        return at;
    at.reach = mw_study_reach(study, series, n, s);
    if (at.reach != MW_FIT_REACHED)
        return at;
    at.band = mw_study_predict(study, series, n, s);
    at.size = at.band.bytes;
    if (mw_study_reach(study, rank, n, s) == MW_FIT_REACHED)
        at.is_large |= at.size >= LARGE * mw_study_predict(study, rank, n, s).bytes;
    else
        at.is_large |= at.size >= LARGE * last_of(study, rank);
    return at;
}

struct mw_study_line_at *mw_study_lines_at(const struct mw_study *study, bool asked, double n, double s, size_t *count)
{
    struct mw_study_line_at *lines = mw_mem_alloc(study->series_count + 1, sizeof(*lines));

    *count = 0;
    for (size_t i = 0; i < study->series_count; i++)
        if (study->series[i].group == MW_STUDY_LINE)
            lines[(*count)++] = line_at(study, &study->series[i], asked, n, s);
    qsort(lines, *count, sizeof(*lines), by_size);
    return lines;
}
