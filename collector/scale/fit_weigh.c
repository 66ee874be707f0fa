/* SPDX-License-Identifier: MIT */
#include "collector/scale/fit_weigh.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
/* Weight of the prior of the noise, as a number of runs. */
#define PRIOR_FREEDOM 3
/* Minimum magnitude of a term at its maximum, in units of noise. */
#define LEAST 0.5
/* The last term of a model may be negative by this many standard deviations. */
#define NEGATIVE 2.5
/* Log probability of a plateau where it is expected, and of each step below it where it is not. */
#define PLATEAU 4.0
#define STEP (-1.0)
/* The same for a law of s where a plateau is expected. */
#define EARLY (-6.0)
/* The same for a model without a constant: every process has some base memory. */
#define BARE (-4.0)
/* Models less likely than the best by this log factor are ignored. */
#define UNLIKELY 9.0

bool mw_fit_weigh_is_positive(const struct mw_fit_model *model)
{
    for (size_t i = 0; i < model->term_count; i++)
        if (model->squares.coefs[i] < 0)
            return false;
    return true;
}

size_t mw_fit_weigh_steps(const struct mw_fit_model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->term_count; i++)
        count += model->terms[i].to_n > 0;
    return count;
}

/* ---- one model ---- */

/* Fits model->terms, with each column scaled to its largest entry: there coefs[] is what a term adds where it is most, in
 * units of noise. */
static bool solve(struct mw_fit_model *model, const struct mw_fit_problem *problem, double scale[MW_SQUARES_COLUMNS])
{
    size_t rows = problem->count;

    for (size_t j = 0; j < model->term_count; j++) {
        double *column = problem->matrix + j * rows;
        scale[j] = 0;
        for (size_t i = 0; i < rows; i++) {
            const struct mw_fit_point *p = &problem->points[i];
            column[i] = mw_law_value(&model->terms[j], p->n, p->s) / mw_fit_noise_of(&problem->prior.noise, p->bytes);
            scale[j] = fmax(scale[j], column[i]);
        }
        if (!(scale[j] > 0) || !isfinite(scale[j]))
            return false;
        for (size_t i = 0; i < rows; i++)
            column[i] /= scale[j];
    }
    return mw_squares_solve(&model->squares, problem->lapack, rows, model->term_count, problem->matrix, problem->y,
                            problem->work);
}

/* The only negative term, which may be moved to the end; never the constant. `term_count` if there is none, more if the
 * model cannot be used. */
static size_t negative_of(const struct mw_fit_model *model)
{
    size_t found = model->term_count;

    for (size_t i = 0; i < model->term_count; i++) {
        if (model->squares.coefs[i] >= 0)
            continue;
        if (found < model->term_count || mw_law_is_constant(&model->terms[i]))
            return model->term_count + 1;
        found = i;
    }
    return found;
}

static bool solve_in_order(struct mw_fit_model *model, const struct mw_fit_problem *problem, double scale[MW_SQUARES_COLUMNS])
{
    size_t last = model->term_count - 1, negative;
    struct mw_law_term term;

    if (!solve(model, problem, scale))
        return false;
    negative = negative_of(model);
    if (negative > model->term_count)
        return false;
    if (negative >= last)
        return true;
    term = model->terms[negative];
    model->terms[negative] = model->terms[last];
    model->terms[last] = term;
    return solve(model, problem, scale);
}

/* Terms must not be negative: of the normal distribution of the last term only the part above 0 counts. Returns that part; 0
 * if it is too small. */
static double cut_last(struct mw_fit_model *model)
{
    size_t last = model->term_count - 1;
    double pivot = model->squares.r[last * model->term_count + last];
    double sign = pivot < 0 ? -1 : 1, t = sign * model->squares.q[last] / model->sigma;
    double part = erfc(-t / sqrt(2)) / 2, lambda = exp(-t * t / 2) / sqrt(2 * PI) / part;

    if (t < -NEGATIVE)
        return 0;
    model->last = sign * model->sigma * (t + lambda);
    model->last_spread = sqrt(fmax(0, 1 - lambda * (lambda + t)));
    return part;
}

/* With the last term at its mean, no other term may be negative. */
static bool stays_positive(const struct mw_fit_model *model, const struct mw_lapack *lapack)
{
    double coefs[MW_SQUARES_COLUMNS];
    size_t n = model->term_count;

    memcpy(coefs, model->squares.q, sizeof(coefs));
    coefs[n - 1] = model->last;
    if (mw_lapack_solve(lapack, false, n, model->squares.r, coefs))
        return false;
    for (size_t i = 0; i < n; i++)
        if (coefs[i] < 0)
            return false;
    return true;
}

/* The magnitude of a term at its maximum; for a step below a plateau its distance from the plateau. */
static double magnitude(const struct mw_fit_model *model, size_t term)
{
    return model->terms[term].to_n > 0 ? fabs(model->squares.coefs[term] - model->squares.coefs[0])
                                       : model->squares.coefs[term];
}

/* The standard deviation of a weight. */
static double spread_of(const struct mw_fit_model *model, const struct mw_lapack *lapack, size_t term)
{
    double unit[MW_SQUARES_COLUMNS] = {0}, z[MW_SQUARES_COLUMNS], sum = 0;

    unit[term] = 1;
    if (!mw_squares_project(&model->squares, lapack, unit, z))
        return INFINITY;
    for (size_t i = 0; i < model->term_count; i++)
        sum += z[i] * z[i];
    return model->sigma * sqrt(sum);
}

/* The largest y, and the probability of one magnitude among all up to it. */
static double magnitudes(const struct mw_fit_problem *problem)
{
    double most = LEAST;

    for (size_t i = 0; i < problem->count; i++)
        most = fmax(most, problem->y[i]);
    return 1 + log(most / LEAST);
}

/* The log probability of the runs under the model, without terms that are equal for all models: Laplace's approximation for
 * the weights, with a log-uniform prior of their magnitude, and the noise integrated out. */
static double evidence(const struct mw_fit_model *model, const struct mw_fit_problem *problem)
{
    double free = (double)(problem->count - model->term_count), known = PRIOR_FREEDOM;
    double prior = known * problem->noise * problem->noise, range = magnitudes(problem), sum;

    sum = lgamma((known + free) / 2) - free / 2 * log(PI) - (known + free) / 2 * log(prior + model->squares.sum) +
          known / 2 * log(prior);
    for (size_t j = 0; j < model->term_count; j++) {
        double pivot = fabs(model->squares.r[j * model->term_count + j]);
        double size = fmax(LEAST, fmax(magnitude(model, j), spread_of(model, problem->lapack, j)));
        sum -= log(pivot * range * size);
    }
    return sum;
}

/* Bytes instead of columns' largest entries. */
static void unscale(struct mw_fit_model *model, const double scale[MW_SQUARES_COLUMNS])
{
    for (size_t j = 0; j < model->term_count; j++) {
        model->squares.coefs[j] /= scale[j];
        for (size_t i = 0; i <= j; i++)
            model->squares.r[j * model->term_count + i] *= scale[j];
    }
}

static double share_off(const struct mw_fit_problem *problem, const struct mw_fit_model *model)
{
    double sum = 0, rows = (double)problem->count - (double)model->squares.alone;

    if (!(rows > 0) || !(model->squares.sum > 0))
        return 0;
    for (size_t i = 0; i < problem->count; i++) {
        const struct mw_fit_point *p = &problem->points[i];
        double off = (mw_fit_value(model, p->n, p->s) - p->bytes) / fmax(p->part_of, mw_fit_noise(0));
        sum += off * off;
    }
    /* scaled up to the cross-validated residuals */
    return sqrt(sum / rows * model->squares.left_out / model->squares.sum);
}

/* Fits a model and sets model->weight to its log probability. */
static bool weigh(struct mw_fit_model *model, const struct mw_fit_problem *problem, double prior)
{
    double scale[MW_SQUARES_COLUMNS], part;
    size_t free = problem->count - model->term_count;

    if (problem->count < model->term_count || !solve_in_order(model, problem, scale))
        return false;
    model->freedom = PRIOR_FREEDOM + free;
    model->sigma = sqrt((PRIOR_FREEDOM * problem->noise * problem->noise + model->squares.sum) / (double)model->freedom);
    part = cut_last(model);
    if (!(part > 0) || !stays_positive(model, problem->lapack))
        return false;
    model->weight = prior + log(part) + evidence(model, problem);
    unscale(model, scale);
    model->off = share_off(problem, model);
    return isfinite(model->weight);
}

/* ---- all models ---- */

/* Inserts it into the list of the most likely models. */
static void keep(struct mw_fit *fit, const struct mw_fit_model *model)
{
    size_t at = fit->model_count;

    while (at > 0 && fit->models[at - 1].weight < model->weight)
        at--;
    if (at == MW_FIT_MODELS)
        return;
    if (fit->model_count < MW_FIT_MODELS)
        fit->model_count++;
    memmove(&fit->models[at + 1], &fit->models[at], (fit->model_count - at - 1) * sizeof(*model));
    fit->models[at] = *model;
}

static void consider(struct mw_fit *fit, const struct mw_fit_problem *problem, struct mw_fit_model *model, double prior)
{
    if (model->term_count && model->term_count <= problem->places && weigh(model, problem, prior))
        keep(fit, model);
}

static bool is_open(const struct mw_fit *fit, const struct mw_law *law)
{
    return (fit->varies_n || !mw_law_needs_n(&law->term)) && (fit->varies_s || !mw_law_needs_s(&law->term));
}

/* Memory that levels off with n is allocated before the program has read its parameter. */
static double prior_of(const struct mw_fit_problem *problem, const struct mw_law *law)
{
    return law->prior + (problem->prior.levels_off && mw_law_needs_s(&law->term) ? EARLY : 0);
}

/* With and without the constant. */
static void consider_both(struct mw_fit *fit, const struct mw_fit_problem *problem, const struct mw_law *const laws[],
                          size_t count)
{
    double bare = problem->prior.is_part ? 0 : BARE, prior = bare;

    for (size_t i = 0; i < count; i++)
        prior += prior_of(problem, laws[i]);
    if (count == 2)
        prior += mw_law_together(laws[0], laws[1]);
    for (size_t constant = 0; constant <= 1; constant++) {
        struct mw_fit_model model = {.term_count = constant + count};
        if (constant)
            prior -= bare;
        for (size_t i = 0; i < count; i++)
            model.terms[constant + i] = laws[i]->term;
        consider(fit, problem, &model, prior);
    }
}

static void weigh_laws(struct mw_fit *fit, const struct mw_fit_problem *problem)
{
    consider_both(fit, problem, NULL, 0);
    for (size_t i = 0; i < mw_law_count; i++) {
        const struct mw_law *pair[2] = {&mw_laws[i], NULL};
        if (!is_open(fit, pair[0]))
            continue;
        consider_both(fit, problem, pair, 1);
        for (size_t j = i + 1; j < mw_law_count; j++) {
            pair[1] = &mw_laws[j];
            if (is_open(fit, pair[1]))
                consider_both(fit, problem, pair, 2);
        }
    }
}

/* The next larger measured number of ranks; INFINITY if none. */
static double next_n(const struct mw_fit_problem *problem, double n)
{
    double next = INFINITY;

    for (size_t i = 0; i < problem->count; i++)
        if (problem->points[i].n > n)
            next = fmin(next, problem->points[i].n);
    return next;
}

/* Alone, and with one other law. Where a plateau is expected, the law must not grow with n. */
static void weigh_plateau(struct mw_fit *fit, const struct mw_fit_problem *problem, const struct mw_fit_model *plateau)
{
    double steps = STEP * (double)(plateau->term_count - 1), level = problem->prior.levels_off ? PLATEAU : steps;
    struct mw_fit_model model = *plateau;

    consider(fit, problem, &model, level);
    for (size_t i = 0; plateau->term_count < MW_SQUARES_COLUMNS && i < mw_law_count; i++) {
        if (!is_open(fit, &mw_laws[i]))
            continue;
        model = *plateau;
        model.terms[model.term_count++] = mw_laws[i].term;
        consider(fit, problem, &model, prior_of(problem, &mw_laws[i]) + (mw_law_needs_n(&mw_laws[i].term) ? steps : level));
    }
}

/* Plateaus that begin after the first number of ranks, after the second, and so on, with one step for each smaller number.
 * (The plateau begins somewhere between two numbers; `from_n` is the first measured one.) */
static void weigh_plateaus(struct mw_fit *fit, const struct mw_fit_problem *problem)
{
    struct mw_fit_model model = {.from_n = fit->n_min, .term_count = 1};

    while (model.term_count < MW_SQUARES_COLUMNS && isfinite(next_n(problem, model.from_n))) {
        model.terms[model.term_count++] = (struct mw_law_term){.from_n = model.from_n, .to_n = model.from_n};
        model.terms[0].from_n = nextafter(model.from_n, INFINITY);
        model.from_n = next_n(problem, model.from_n);
        weigh_plateau(fit, problem, &model);
    }
}

static void normalize(struct mw_fit *fit)
{
    double most = fit->model_count ? fit->models[0].weight : 0, all = 0;

    while (fit->model_count && fit->models[fit->model_count - 1].weight < most - UNLIKELY)
        fit->model_count--;
    for (size_t i = 0; i < fit->model_count; i++)
        all += fit->models[i].weight = exp(fit->models[i].weight - most);
    for (size_t i = 0; i < fit->model_count; i++)
        fit->models[i].weight /= all;
}

void mw_fit_weigh_all(struct mw_fit *fit, const struct mw_fit_problem *problem)
{
    weigh_laws(fit, problem);
    if (fit->knows_n)
        weigh_plateaus(fit, problem);
    normalize(fit);
}
