/* SPDX-License-Identifier: MIT */
#include "collector/scale/fit.h"

#include "collector/base/mem.h"
#include "collector/base/units.h"
#include "collector/scale/fit_weigh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Number of repetitions needed to estimate the noise, and its minimum as a share of the expected noise. */
#define FREEDOM 3
#define QUIET 0.25
/* Maximum difference between repeated runs; above it the runs contradict each other. */
#define CONTRADICTS 0.15
/* Maximum error of a usable model, as a share. */
#define UNEXPLAINED 0.10
#define ERRORS 4 /* or, of estimates, that many standard deviations */
#define LEVELS 3 /* number of different values of n or s needed to find a dependence */

/* ---- measurements ---- */

/* Different numbers of ranks, or of the other parameter. */
static size_t levels(const struct mw_fit_point *points, size_t count, bool of_s)
{
    size_t levels = 0;

    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < i && (of_s ? points[j].s != points[i].s : points[j].n != points[i].n))
            j++;
        levels += j == i;
    }
    return levels;
}

static bool same_place(const struct mw_fit_point *a, const struct mw_fit_point *b)
{
    return a->n == b->n && a->s == b->s;
}

/* The runs of one place. */
struct place {
    size_t count;
    double low, high, mean;
    double squares; /* of their deviations from the mean, in units of noise */
};

static bool is_first_of_its_place(const struct mw_fit_point *points, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_place(&points[i], &points[index]))
            return false;
    return true;
}

static double squares_of(const struct mw_fit_problem *problem, size_t first, double mean)
{
    const struct mw_fit_point *points = problem->points;
    double squares = 0;

    for (size_t i = first; i < problem->count; i++)
        if (same_place(&points[i], &points[first]))
            squares += pow((points[i].bytes - mean) / mw_fit_noise_of(&problem->prior.noise, mean), 2);
    return squares;
}

static struct place look_at_place(const struct mw_fit_problem *problem, size_t first)
{
    const struct mw_fit_point *points = problem->points;
    struct place place = {.low = INFINITY};

    for (size_t i = first; i < problem->count; i++) {
        if (!same_place(&points[i], &points[first]))
            continue;
        place.count++;
        place.low = fmin(place.low, points[i].bytes);
        place.high = fmax(place.high, points[i].bytes);
        place.mean += (points[i].bytes - place.mean) / (double)place.count;
    }
    place.squares = squares_of(problem, first, place.mean);
    return place;
}

static bool contradicts(const struct mw_fit_problem *problem, const struct place *place)
{
    double apart = place->high - place->low;

    return apart > CONTRADICTS * place->mean && apart > 8 * mw_fit_noise_of(&problem->prior.noise, place->mean);
}

/* Counts places, and compares runs of the same place. Returns whether they contradict each other. */
static bool look_at_repeats(struct mw_fit *fit, struct mw_fit_problem *problem)
{
    double sum = 0;
    size_t freedom = 0;

    for (size_t i = 0; i < problem->count; i++) {
        struct place place;
        if (!is_first_of_its_place(problem->points, i))
            continue;
        place = look_at_place(problem, i);
        if (contradicts(problem, &place)) {
            fit->verdict = MW_FIT_CONTRADICTING;
            snprintf(fit->why, sizeof(fit->why), "runs on %g ranks contradict each other: %s and %s", problem->points[i].n,
                     mw_units_bytes_mean(place.low).text, mw_units_bytes_mean(place.high).text);
            return true;
        }
        problem->places++;
        sum += place.squares;
        freedom += place.count - 1;
    }
    if (freedom >= FREEDOM) /* repeated runs show the actual noise */
        problem->noise = fmax(QUIET, sqrt(sum / (double)freedom));
    else
        problem->noise = freedom ? fmax(1, sqrt(sum / (double)freedom)) : 1;
    return false;
}

/* ---- the choice ---- */

/* The most likely model with leave-one-out residuals at each run; without these a model with as many terms as places would
 * always be the best. Steps below a plateau are not checked, since they predict nothing. */
static const struct mw_fit_model *best_of(const struct mw_fit *fit)
{
    for (size_t i = 0; i < fit->model_count; i++)
        if (fit->models[i].squares.alone <= mw_fit_weigh_steps(&fit->models[i]) && mw_fit_weigh_is_positive(&fit->models[i]))
            return &fit->models[i];
    return NULL;
}

/* The deviation that a usable model may have; estimates from a sample deviate by their own error, and more from what the other
 * runs predict. */
static double tolerable(const struct mw_fit_problem *problem)
{
    double sum = 0;

    for (size_t i = 0; i < problem->count; i++)
        sum += pow(problem->prior.noise.root, 2) / fmax(1, problem->points[i].bytes);
    return fmax(UNEXPLAINED, ERRORS * sqrt(sum / (double)problem->count));
}

static void choose(struct mw_fit *fit, const struct mw_fit_problem *problem)
{
    const struct mw_fit_model *best;

    mw_fit_weigh_all(fit, problem);
    best = best_of(fit);
    if (best && best->off <= tolerable(problem)) {
        fit->best = *best;
        return;
    }
    fit->verdict = MW_FIT_UNEXPLAINED;
    snprintf(fit->why, sizeof(fit->why), "no simple model explains these runs%s%s", best ? ": the best is off by " : "",
             best ? mw_units_percent(best->off).text : "");
}

static void measure_range(struct mw_fit *fit, const struct mw_fit_point *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fit->n_min = i ? fmin(fit->n_min, points[i].n) : points[i].n;
        fit->n_max = i ? fmax(fit->n_max, points[i].n) : points[i].n;
        fit->s_min = i ? fmin(fit->s_min, points[i].s) : points[i].s;
        fit->s_max = i ? fmax(fit->s_max, points[i].s) : points[i].s;
    }
}

static void solve(struct mw_fit *fit, struct mw_fit_problem *problem)
{
    size_t count = problem->count;

    problem->matrix = mw_mem_alloc(2 * count * MW_SQUARES_COLUMNS + count, sizeof(double));
    problem->work = problem->matrix + count * MW_SQUARES_COLUMNS;
    problem->y = problem->work + count * MW_SQUARES_COLUMNS;
    for (size_t i = 0; i < count; i++)
        problem->y[i] = problem->points[i].bytes / mw_fit_noise_of(&problem->prior.noise, problem->points[i].bytes);
    if (!look_at_repeats(fit, problem))
        choose(fit, problem);
    free(problem->matrix);
}

void mw_fit_make(struct mw_fit *fit, const struct mw_lapack *lapack, const struct mw_fit_point *points, size_t count,
                 const char *name_s, const struct mw_fit_prior *prior)
{
    size_t n_levels = levels(points, count, false), s_levels = levels(points, count, true);
    struct mw_fit_problem problem = {.lapack = lapack, .points = points, .count = count, .prior = *prior};

    if (!(prior->noise.bytes > 0))
        problem.prior.noise = mw_fit_noise_rss;
    *fit = (struct mw_fit){.varies_n = n_levels > 1,
                           .varies_s = s_levels > 1,
                           .knows_n = n_levels >= LEVELS,
                           .knows_s = s_levels >= LEVELS,
                           .noise = problem.prior.noise};
    measure_range(fit, points, count);
    if (fit->knows_n || fit->knows_s) {
        solve(fit, &problem);
        return;
    }
    fit->verdict = MW_FIT_TOO_FEW;
    snprintf(fit->why, sizeof(fit->why), "a model needs runs on three different numbers of ranks%s%s",
             name_s ? ", or of three different " : "", name_s ? name_s : "");
}
