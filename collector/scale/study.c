/* SPDX-License-Identifier: MIT */
#include "collector/scale/study.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mw_study *mw_study_create(void)
{
    return mw_mem_alloc(1, sizeof(struct mw_study));
}

void mw_study_drop_series(struct mw_study_series *series)
{
    if (series->line) {
        free(series->line->label);
        free(series->line->function);
        free(series->line->file);
        free(series->line);
    }
    free(series->name);
    free(series->bytes);
    free(series->mpi);
    free(series->errors);
}

void mw_study_destroy(struct mw_study *study)
{
    if (!study)
        return;
    for (size_t i = 0; i < study->run_count; i++)
        free(study->runs[i].name);
    for (size_t i = 0; i < study->series_count; i++)
        mw_study_drop_series(&study->series[i]);
    if (study->line_keys)
        mw_map_destroy(study->line_keys);
    free(study->runs);
    free(study->series);
    free(study->command);
    free(study->param);
    free(study);
}

/* ---- order ---- */

struct order {
    const struct mw_study_run *run;
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct mw_study_run *x = ((const struct order *)a)->run, *y = ((const struct order *)b)->run;

    if (x->s != y->s)
        return x->s < y->s ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void reorder(double *values, const struct order *order, size_t count, double *room)
{
    for (size_t i = 0; i < count; i++)
        room[i] = values[order[i].index];
    memcpy(values, room, count * sizeof(*values));
}

static void sort_runs(struct mw_study *study)
{
    size_t count = study->run_count;
    struct order *order = mw_mem_alloc(count, sizeof(*order));
    struct mw_study_run *runs = mw_mem_alloc(count, sizeof(*runs));
    double *room = mw_mem_alloc(count, sizeof(*room));

    for (size_t i = 0; i < count; i++)
        order[i] = (struct order){&study->runs[i], i};
    qsort(order, count, sizeof(*order), by_place);
    for (size_t i = 0; i < study->series_count; i++) {
        reorder(study->series[i].bytes, order, count, room);
        reorder(study->series[i].mpi, order, count, room);
        if (study->series[i].errors)
            reorder(study->series[i].errors, order, count, room);
    }
    for (size_t i = 0; i < count; i++)
        runs[i] = *order[i].run;
    free(study->runs);
    study->runs = runs;
    free(order);
    free(room);
}

/* Stable: keeps the program's order within a group. */
static void sort_series(struct mw_study *study)
{
    struct mw_study_series *sorted = mw_mem_alloc(study->series_count, sizeof(*sorted));
    size_t next = 0;

    for (int group = 0; group < MW_STUDY_GROUPS; group++)
        for (size_t i = 0; i < study->series_count; i++)
            if (study->series[i].group == (enum mw_study_group)group)
                sorted[next++] = study->series[i];
    free(study->series);
    study->series = sorted;
}

/* ---- models ---- */

enum part { ALL, PROGRAM, MPI };

static struct mw_fit_prior prior_of(const struct mw_study_series *series, enum part part)
{
    if (mw_study_is_line(series))
        return (struct mw_fit_prior){
            .levels_off = series->line->is_mpi, .is_part = true, .noise = mw_study_lines_noise(series)};
    return (struct mw_fit_prior){.levels_off = part == MPI || series->group == MW_STUDY_MPI};
}

static void fit_part(struct mw_fit *fit, const struct mw_study *study, const struct mw_study_series *series, enum part part)
{
    struct mw_fit_point *points = mw_mem_alloc(series->count + 1, sizeof(*points));
    const struct mw_fit_prior prior = prior_of(series, part);
    size_t count = 0;

    for (size_t i = 0; i < study->run_count; i++) {
        double mpi = fmin(series->mpi[i], series->bytes[i]);
        if (isnan(series->bytes[i]))
            continue;
        points[count++] = (struct mw_fit_point){study->runs[i].n, study->runs[i].s,
                                                part == MPI ? mpi : series->bytes[i] - (part == PROGRAM ? mpi : 0),
                                                series->bytes[i]};
    }
    mw_fit_make(fit, study->lapack, points, count, study->param, &prior);
    free(points);
}

/* A series that follows another one has its model. */
static void copy_model(struct mw_study_series *series)
{
    series->is_split = series->follows->is_split;
    series->fit = series->follows->fit;
    series->mpi_fit = series->follows->mpi_fit;
}

/* What MPI_Init takes has a separate law, which the sum of both would hide; if it has none, the sum is modelled. */
static void model(struct mw_study *study, struct mw_study_series *series)
{
    if (series->follows) { /* an earlier one */
        copy_model(series);
        return;
    }
    if (series->group < MW_STUDY_RISE && series->group != MW_STUDY_MPI) {
        fit_part(&series->fit, study, series, PROGRAM);
        fit_part(&series->mpi_fit, study, series, MPI);
        series->is_split = series->fit.verdict == MW_FIT_GOOD && series->mpi_fit.verdict == MW_FIT_GOOD;
    }
    if (!series->is_split)
        fit_part(&series->fit, study, series, ALL);
    if (mw_study_is_line(series))
        mw_study_lines_check(study, series);
}

void mw_study_judge(struct mw_study *study)
{
    struct mw_err err;

    sort_runs(study);
    mw_study_lines_choose(study);
    sort_series(study);
    mw_study_fold(study);
    study->lapack = mw_lapack_load(&err);
    if (!study->lapack)
        snprintf(study->why, sizeof(study->why), "%.*s", (int)sizeof(study->why) - 1, err.text);
    for (size_t i = 0; study->lapack && i < study->series_count; i++)
        model(study, &study->series[i]);
}

const struct mw_study_series *mw_study_find(const struct mw_study *study, enum mw_study_group group, const char *name)
{
    for (size_t i = 0; i < study->series_count; i++)
        if (study->series[i].group == group && !strcmp(study->series[i].name, name))
            return &study->series[i];
    return NULL;
}

/* In at least as many runs as a model needs, and a significant part of the fullest rank where it is largest. */
bool mw_study_is_notable(const struct mw_study *study, const struct mw_study_series *series)
{
    const struct mw_study_series *fullest = mw_study_find(study, MW_STUDY_RANK, "fullest rank");

    if (series->group == MW_STUDY_RANK || series->group == MW_STUDY_MPI)
        return true;
    if (mw_study_is_line(series)) /* mw_study_lines_at() says so */
        return false;
    if (series->detail || series->count < 3 || series->count < study->run_count / 2)
        return false;
    for (size_t i = 0; i < study->run_count; i++)
        if (series->bytes[i] >= (series->group == MW_STUDY_RISE ? 0.1 : 0.4) * fullest->bytes[i])
            return true;
    return false;
}

double mw_study_off(const struct mw_study_series *series)
{
    return series->is_split ? hypot(series->fit.best.off, series->mpi_fit.best.off) : series->fit.best.off;
}

const char *mw_study_formula(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series)
{
    if (!study->lapack)
        snprintf(text, size, "%s", study->why);
    else if (series->fit.verdict != MW_FIT_GOOD)
        snprintf(text, size, "%s", series->fit.why);
    else
        mw_fit_formula(text, size, &series->fit.best, study->param);
    return text;
}

/* ---- places and trends ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* 0 is unknown. */
static double median_of(const struct mw_study_run *runs, size_t count, size_t offset, double *spread)
{
    double *values = mw_mem_alloc(count, sizeof(*values)), median = NAN;
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)&runs[i] + offset, sizeof(value));
        if (value)
            values[known++] = (double)value;
    }
    qsort(values, known, sizeof(*values), by_value);
    if (known)
        median = (values[(known - 1) / 2] + values[known / 2]) / 2;
    if (spread)
        *spread = known ? values[known - 1] - values[0] : 0;
    free(values);
    return median;
}

#define MEDIAN(member) median_of(runs, count, offsetof(struct mw_study_run, member), NULL)

static struct mw_study_place place_of(const struct mw_study_run *runs, size_t count)
{
    struct mw_study_place place = {.n = runs->n, .s = runs->s, .runs = count, .exact = true};
    double mpi = MEDIAN(rank_mpi);

    for (size_t i = 0; i < count; i++)
        place.exact &= runs[i].exact;
    place.rank = median_of(runs, count, offsetof(struct mw_study_run, rank), &place.spread);
    place.rank_0 = MEDIAN(rank_0);
    place.others = MEDIAN(others);
    place.mpi = MEDIAN(mpi);
    place.job = MEDIAN(job);
    place.program = place.rank - (isnan(mpi) ? 0 : mpi);
    return place;
}

size_t mw_study_places(const struct mw_study *study, struct mw_study_place *places)
{
    size_t count = 0;

    for (size_t i = 0, j; i < study->run_count; i = j) {
        for (j = i; j < study->run_count && study->runs[j].n == study->runs[i].n && study->runs[j].s == study->runs[i].s; j++)
            ;
        places[count++] = place_of(&study->runs[i], j - i);
    }
    return count;
}

/* The first and the last of all places that have this key. */
static bool ends_of(const struct mw_study_place *places, size_t count, enum mw_study_scaling scaling, double key,
                    struct mw_study_trend *trend)
{
    const struct mw_study_place *first = NULL, *last = NULL;

    for (size_t i = 0; i < count; i++) {
        double own = scaling == MW_STUDY_STRONG ? places[i].s : places[i].s / places[i].n;
        if (fabs(own - key) > 1e-9 * key)
            continue;
        if (!first || places[i].n < first->n)
            first = &places[i];
        if (!last || places[i].n > last->n)
            last = &places[i];
    }
    if (!first || first->n == last->n)
        return false;
    *trend = (struct mw_study_trend){
        .scaling = scaling, .s = key, .n_from = first->n, .n_to = last->n, .from = first->program, .to = last->program};
    /* a divided part d of `from` shrinks by the ratio of the numbers of ranks */
    trend->divided = (trend->from - trend->to) / (trend->from * (1 - first->n / last->n));
    return trend->from > 0;
}

static bool is_known(const struct mw_study_trend *trends, size_t count, enum mw_study_scaling scaling, double key)
{
    for (size_t i = 0; i < count; i++)
        if (trends[i].scaling == scaling && fabs(trends[i].s - key) <= 1e-9 * key)
            return true;
    return false;
}

size_t mw_study_trends(const struct mw_study *study, struct mw_study_trend *trends)
{
    struct mw_study_place *places = mw_mem_alloc(study->run_count + 1, sizeof(*places));
    size_t place_count = mw_study_places(study, places), count = 0;

    for (size_t i = 0; i < place_count; i++)
        if (!is_known(trends, count, MW_STUDY_STRONG, places[i].s) &&
            ends_of(places, place_count, MW_STUDY_STRONG, places[i].s, &trends[count]))
            count++;
    for (size_t i = 0; study->param && i < place_count; i++)
        if (!is_known(trends, count, MW_STUDY_WEAK, places[i].s / places[i].n) &&
            ends_of(places, place_count, MW_STUDY_WEAK, places[i].s / places[i].n, &trends[count]))
            count++;
    free(places);
    return count;
}
