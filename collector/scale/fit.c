/* SPDX-License-Identifier: MIT */
#include "collector/scale/fit.h"

#include "collector/mem.h"
#include "collector/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a measurement is good for: the kernel counts RSS in batches, allocators and shared pages fall a little differently
 * in every run. */
#define NOISE_BYTES (256 * 1024.0)
#define NOISE_SHARE 0.002
/* How many repetitions it takes to know better, and what is the least to be believed then, as a share of the above. */
#define FREEDOM 3
#define QUIET 0.25
/* The same run twice may differ by this much, or something else is at work. */
#define CONTRADICTS 0.15
/* A model that is off by more explains nothing. */
#define UNEXPLAINED 0.10
#define LEVELS 3 /* of n or s that it takes to see how something depends on it */

/* ---- the family ---- */

static const struct mw_fit_term family[] = {
    {-6, 0, 0, 0}, {6, 0, 0, 0}, {0, 1, 0, 0}, {6, 1, 0, 0}, {-3, 0, 0, 0}, {3, 0, 0, 0}, {-4, 0, 0, 0}, {4, 0, 0, 0},
    {-2, 0, 0, 0}, {2, 0, 0, 0}, {-6, 1, 0, 0}, {9, 0, 0, 0}, {12, 0, 0, 0},
    /* s alone */
    {0, 0, 6, 0}, {0, 0, 6, 1}, {0, 0, 0, 1}, {0, 0, 3, 0}, {0, 0, 4, 0}, {0, 0, 2, 0}, {0, 0, 9, 0}, {0, 0, 12, 0},
    /* what is divided, and the surface of what is divided */
    {-6, 0, 6, 0}, {-6, 0, 6, 1}, {-4, 0, 4, 0}, {-3, 0, 3, 0}, {-3, 0, 6, 0}, {-6, 0, 9, 0}, {-6, 0, 12, 0}, {-3, 0, 12, 0},
    {6, 0, 6, 0}, {0, 1, 6, 0},
};

#define FAMILY (sizeof(family) / sizeof(family[0]))

static double term_value(const struct mw_fit_term *term, double n, double s)
{
    double value = 1;

    if (term->n_sixths)
        value *= pow(n, term->n_sixths / 6.0);
    if (term->s_sixths)
        value *= pow(s, term->s_sixths / 6.0);
    for (int i = 0; i < term->n_logs; i++)
        value *= log2(n);
    for (int i = 0; i < term->s_logs; i++)
        value *= log2(s);
    return value;
}

static bool is_open(const struct mw_fit *fit, const struct mw_fit_term *term)
{
    return (fit->knows_n || (!term->n_sixths && !term->n_logs)) && (fit->knows_s || (!term->s_sixths && !term->s_logs));
}

double mw_fit_value(const struct mw_fit_model *model, double n, double s)
{
    double value = 0;

    for (size_t i = 0; i < model->term_count; i++)
        value += model->squares.coefs[i] * term_value(&model->terms[i], n, s);
    return value;
}

/* ---- one model ---- */

struct problem {
    const struct mw_lapack *lapack;
    const struct mw_fit_point *points;
    size_t count;
    size_t places;  /* different ones */
    double noise;   /* of repeated runs, in units of noise; 1 where there are too few of them */
    double *matrix, *work, *y;
};

static double noise_of(double bytes)
{
    return NOISE_BYTES + NOISE_SHARE * bytes;
}

/* Of Student's t, two-sided, 95 %. */
static double quantile(size_t freedom)
{
    static const double table[] = {0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                   2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086};

    return freedom < sizeof(table) / sizeof(table[0]) ? table[freedom] : 1.96 + 2.5 / (double)freedom;
}

static double share_off(const struct problem *problem, const struct mw_fit_model *model)
{
    double sum = 0;

    for (size_t i = 0; i < problem->count; i++) {
        const struct mw_fit_point *p = &problem->points[i];
        double off = (mw_fit_value(model, p->n, p->s) - p->bytes) / fmax(p->whole, NOISE_BYTES);
        sum += off * off;
    }
    /* as much larger as the cross-validated residuals are */
    return sqrt(sum / (double)problem->count * (model->squares.sum > 0 ? model->squares.left_out / model->squares.sum : 1));
}

/* Fits model->terms. Columns are scaled to their largest entry, for the numbers' sake. */
static bool fit_terms(struct mw_fit_model *model, const struct problem *problem)
{
    size_t rows = problem->count, columns = model->term_count;
    double scale[MW_SQUARES_COLUMNS], spread;

    for (size_t j = 0; j < columns; j++) {
        scale[j] = 0;
        for (size_t i = 0; i < rows; i++) {
            const struct mw_fit_point *p = &problem->points[i];
            problem->matrix[j * rows + i] = term_value(&model->terms[j], p->n, p->s) / noise_of(p->bytes);
            scale[j] = fmax(scale[j], problem->matrix[j * rows + i]);
        }
        if (!(scale[j] > 0) || !isfinite(scale[j]))
            return false;
        for (size_t i = 0; i < rows; i++)
            problem->matrix[j * rows + i] /= scale[j];
    }
    if (!mw_squares_solve(&model->squares, problem->lapack, rows, columns, problem->matrix, problem->y, problem->work))
        return false;
    for (size_t j = 0; j < columns; j++) {
        model->squares.coefs[j] /= scale[j];
        if (model->squares.coefs[j] < 0)
            return false;
        for (size_t i = 0; i <= j; i++) /* R of the columns as they are */
            model->squares.r[j * columns + i] *= scale[j];
    }
    spread = sqrt(model->squares.sum / (double)(rows - columns));
    model->sigma = fmax(quantile(rows - columns) * spread, 1.96 * problem->noise);
    model->score = sqrt(model->squares.left_out / (double)rows);
    model->off = share_off(problem, model);
    return true;
}

/* ---- the choice ---- */

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

/* Counts places, and looks at how runs of the same place differ. Returns whether they contradict each other. */
static bool look_at_repeats(struct mw_fit *fit, struct problem *problem)
{
    double sum = 0;
    size_t freedom = 0;

    for (size_t i = 0; i < problem->count; i++) {
        const struct mw_fit_point *a = &problem->points[i];
        double low = a->bytes, high = a->bytes, mean = 0;
        size_t same = 0, first = 0;
        while (!same_place(&problem->points[first], a))
            first++;
        if (first < i)
            continue;
        problem->places++;
        for (size_t j = i; j < problem->count; j++) {
            const struct mw_fit_point *b = &problem->points[j];
            if (!same_place(a, b))
                continue;
            low = fmin(low, b->bytes);
            high = fmax(high, b->bytes);
            mean += b->bytes;
            same++;
        }
        mean /= (double)same;
        if (high - low > CONTRADICTS * mean && high - low > 8 * noise_of(mean)) {
            fit->verdict = MW_FIT_CONTRADICTING;
            snprintf(fit->why, sizeof(fit->why), "runs on %g ranks contradict each other: %s and %s", a->n,
                     mw_units_bytes_mean(low).text, mw_units_bytes_mean(high).text);
            return true;
        }
        for (size_t j = i; j < problem->count; j++)
            if (same_place(a, &problem->points[j]))
                sum += pow((problem->points[j].bytes - mean) / noise_of(mean), 2);
        freedom += same - 1;
    }
    if (freedom >= FREEDOM) /* repeated runs tell what the noise really is */
        problem->noise = fmax(QUIET, sqrt(sum / (double)freedom));
    else
        problem->noise = freedom ? fmax(1, sqrt(sum / (double)freedom)) : 1;
    return false;
}

static bool is_constant(const struct mw_fit_term *term)
{
    return !term->n_sixths && !term->n_logs && !term->s_sixths && !term->s_logs;
}

/* Terms beside the constant. */
static size_t complexity(const struct mw_fit_model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->term_count; i++)
        count += !is_constant(&model->terms[i]);
    return count;
}

/* The simpler, the better, where it explains all but the noise; the family is in order, the most common laws first. Where
 * nothing explains all of it, what explains most. */
static void consider(struct mw_fit *fit, struct mw_fit_model *model, const struct problem *problem)
{
    const struct mw_fit_model *best = &fit->best;

    if (!fit_terms(model, problem))
        return;
    if (best->term_count && (best->score <= problem->noise ||
                             model->score >= best->score / (complexity(model) > complexity(best) ? 2 : 1)))
        return;
    fit->best = *model;
}

typedef void fit_visit(struct mw_fit *fit, struct mw_fit_model *model, const struct problem *problem);

/* With the constant, and without it. */
static void visit_both(struct mw_fit *fit, const struct problem *problem, const struct mw_fit_term *terms, size_t count,
                       fit_visit *visit)
{
    for (size_t constant = count == 0; constant <= 1; constant++) {
        struct mw_fit_model model = {.term_count = constant + count};
        if (problem->places < model.term_count + 1)
            break;
        memcpy(model.terms + constant, terms, count * sizeof(*terms));
        visit(fit, &model, problem);
    }
}

/* Every model with so many terms beside the constant. Two of them take two places more than they have weights. */
static void each_model(struct mw_fit *fit, const struct problem *problem, size_t count, fit_visit *visit)
{
    struct mw_fit_term terms[2] = {{0}};

    if (count == 0)
        visit_both(fit, problem, terms, 0, visit);
    for (size_t i = 0; count > 0 && i < FAMILY; i++) {
        terms[0] = family[i];
        if (!is_open(fit, &terms[0]))
            continue;
        if (count == 1)
            visit_both(fit, problem, terms, 1, visit);
        for (size_t j = i + 1; count == 2 && problem->places >= 5 && j < FAMILY; j++) {
            terms[1] = family[j];
            if (is_open(fit, &terms[1]))
                visit_both(fit, problem, terms, 2, visit);
        }
    }
}

static void note_rival(struct mw_fit *fit, struct mw_fit_model *model, const struct problem *problem)
{
    if (fit->rival_count == MW_FIT_RIVALS || !fit_terms(model, problem))
        return;
    if (memcmp(model->terms, fit->best.terms, sizeof(model->terms)) != 0 &&
        model->score <= fmax(problem->noise, 2 * fit->best.score))
        fit->rivals[fit->rival_count++] = *model;
}

/* The constant over the runs from the second, third ... number of ranks on, two of them at least. */
static void try_plateau(struct mw_fit *fit, const struct problem *problem)
{
    struct mw_fit_point *points = mw_mem_alloc(problem->count, sizeof(*points));
    double from = fit->n_min;

    for (;;) {
        struct problem some = *problem;
        struct mw_fit_model model = {.term_count = 1};
        double next = INFINITY;
        for (size_t i = 0; i < problem->count; i++)
            if (problem->points[i].n > from)
                next = fmin(next, problem->points[i].n);
        from = next;
        some.points = points;
        some.count = 0;
        for (size_t i = 0; i < problem->count; i++)
            if (problem->points[i].n >= from)
                points[some.count++] = problem->points[i];
        if (levels(points, some.count, false) < 2)
            break;
        for (size_t i = 0; i < some.count; i++)
            some.y[i] = points[i].bytes / noise_of(points[i].bytes);
        if (!fit_terms(&model, &some) || model.score > fmax(1, some.noise))
            continue;
        fit->best = model;
        fit->best.from_n = from;
        break;
    }
    free(points);
}

static void choose(struct mw_fit *fit, struct problem *problem)
{
    for (size_t count = 0; count < MW_SQUARES_COLUMNS; count++)
        each_model(fit, problem, count, consider);
    if (fit->knows_n && (!fit->best.term_count || fit->best.score > problem->noise))
        try_plateau(fit, problem);
    if (!fit->best.term_count || fit->best.off > UNEXPLAINED) {
        fit->verdict = MW_FIT_UNEXPLAINED;
        snprintf(fit->why, sizeof(fit->why), "no simple model explains these runs%s%s",
                 fit->best.term_count ? ": the best is off by " : "",
                 fit->best.term_count ? mw_units_percent(fit->best.off).text : "");
        return;
    }
    if (!fit->best.from_n)
        each_model(fit, problem, complexity(&fit->best), note_rival);
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

void mw_fit_make(struct mw_fit *fit, const struct mw_lapack *lapack, const struct mw_fit_point *points, size_t count,
                 const char *name_s)
{
    size_t n_levels = levels(points, count, false), s_levels = levels(points, count, true);
    struct problem problem = {.lapack = lapack, .points = points, .count = count};

    *fit = (struct mw_fit){.knows_n = n_levels >= LEVELS, .knows_s = s_levels >= LEVELS};
    measure_range(fit, points, count);
    if (!fit->knows_n && !fit->knows_s) {
        fit->verdict = MW_FIT_TOO_FEW;
        snprintf(fit->why, sizeof(fit->why), "a model takes runs on three different numbers of ranks%s%s",
                 name_s ? ", or of three different " : "", name_s ? name_s : "");
        return;
    }
    problem.matrix = mw_mem_alloc(2 * count * MW_SQUARES_COLUMNS + count, sizeof(double));
    problem.work = problem.matrix + count * MW_SQUARES_COLUMNS;
    problem.y = problem.work + count * MW_SQUARES_COLUMNS;
    for (size_t i = 0; i < count; i++)
        problem.y[i] = points[i].bytes / noise_of(points[i].bytes);
    if (!look_at_repeats(fit, &problem))
        choose(fit, &problem);
    free(problem.matrix);
}

/* ---- predictions ---- */

bool mw_fit_reaches(const struct mw_fit *fit, double n, double s)
{
    return fit->verdict == MW_FIT_GOOD && n >= fit->best.from_n && (fit->knows_n || (n >= fit->n_min && n <= fit->n_max)) &&
           (fit->knows_s || (s >= fit->s_min && s <= fit->s_max));
}

/* The fit's own doubt, in bytes, beside that of one new reading. */
static struct mw_fit_band band_of(const struct mw_fit_model *model, const struct mw_lapack *lapack, double n, double s)
{
    struct mw_fit_band band = {.bytes = mw_fit_value(model, n, s)};
    double row[MW_SQUARES_COLUMNS], half;

    for (size_t j = 0; j < model->term_count; j++)
        row[j] = term_value(&model->terms[j], n, s);
    half = model->sigma * hypot(noise_of(band.bytes), sqrt(mw_squares_leverage(&model->squares, lapack, row)));
    band.low = fmax(0, band.bytes - half);
    band.high = band.bytes + half;
    return band;
}

struct mw_fit_band mw_fit_predict(const struct mw_fit *fit, const struct mw_lapack *lapack, double n, double s)
{
    struct mw_fit_band band = band_of(&fit->best, lapack, n, s);

    for (size_t i = 0; i < fit->rival_count; i++) {
        struct mw_fit_band other = band_of(&fit->rivals[i], lapack, n, s);
        band.low = fmin(band.low, other.low);
        band.high = fmax(band.high, other.high);
    }
    return band;
}

/* ---- in words ---- */

static void put(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);

    snprintf(text + length, size - length, "%s", more);
}

static void put_power(char *text, size_t size, const char *name, int sixths)
{
    char power[24];
    int top = abs(sixths), bottom = 6;

    for (int d = 6; d > 1; d--)
        if (top % d == 0 && bottom % d == 0) {
            top /= d;
            bottom /= d;
        }
    put(text, size, sixths < 0 ? " / " : " · ");
    put(text, size, name);
    if (bottom != 1)
        snprintf(power, sizeof(power), "^(%d/%d)", top, bottom);
    else
        snprintf(power, sizeof(power), "^%d", top);
    if (top != 1 || bottom != 1)
        put(text, size, power);
}

static void put_logs(char *text, size_t size, const char *name, int logs)
{
    if (!logs)
        return;
    put(text, size, " · log2(");
    put(text, size, name);
    put(text, size, logs > 1 ? ")²" : ")");
}

const char *mw_fit_formula(char *text, size_t size, const struct mw_fit_model *model, const char *name_s)
{
    text[0] = '\0';
    for (size_t i = 0; i < model->term_count; i++) {
        const struct mw_fit_term *term = &model->terms[i];
        double coef = model->squares.coefs[i];
        char small[32];
        put(text, size, i ? " + " : "");
        snprintf(small, sizeof(small), "%.3g B", coef);
        put(text, size, coef < 1024 ? small : mw_units_bytes_mean(coef).text);
        if (term->s_sixths > 0)
            put_power(text, size, name_s, term->s_sixths);
        put_logs(text, size, name_s, term->s_logs);
        if (term->n_sixths)
            put_power(text, size, "n", term->n_sixths);
        put_logs(text, size, "n", term->n_logs);
    }
    if (model->from_n > 0) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, " from n = %g on", model->from_n);
    }
    return text;
}
