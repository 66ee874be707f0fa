/* SPDX-License-Identifier: MIT */
/* Predictions of a fit for places that were not measured. */
#include "collector/scale/fit.h"
#include "collector/scale/student.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define VAGUE 4
/* Effects outside of the models, such as uneven splits: a share of the bytes per doubling beyond the runs. */
#define DRIFT 0.015
/* Models beyond this cumulative weight do not change the band. */
#define ENOUGH 0.995

/* ---- range ---- */

double mw_fit_carries(double least, double most)
{
    double doublings = log2(most / least);

    return most * exp2(doublings * (1 + doublings));
}

/* The same distance below as above. */
static bool is_far(double value, double least, double most)
{
    double factor = mw_fit_carries(least, most) / most * (1 + 1e-9);

    return value > most * factor || value < least / factor;
}

/* A plateau does not cover fewer ranks than it begins on, except measured ones. */
static bool knows(const struct mw_fit_model *model, double n)
{
    for (size_t i = 0; i < model->term_count; i++)
        if (model->terms[i].from_n > 0 &&
            mw_law_value(&(struct mw_law_term){.from_n = model->terms[i].from_n, .to_n = model->terms[i].to_n}, n, 1) > 0)
            return true;
    return model->from_n == 0;
}

enum mw_fit_reach mw_fit_reach(const struct mw_fit *fit, double n, double s)
{
    if (fit->verdict != MW_FIT_GOOD)
        return MW_FIT_NO_MODEL;
    if (!fit->knows_n && (n < fit->n_min || n > fit->n_max))
        return MW_FIT_N_FIXED;
    if (!fit->knows_s && (s < fit->s_min || s > fit->s_max))
        return MW_FIT_S_FIXED;
    if (!knows(&fit->best, n))
        return MW_FIT_N_BELOW;
    if (fit->knows_n && is_far(n, fit->n_min, fit->n_max))
        return MW_FIT_N_FAR;
    if (fit->knows_s && is_far(s, fit->s_min, fit->s_max))
        return MW_FIT_S_FAR;
    return MW_FIT_REACHED;
}

/* Doublings beyond what was measured. */
static double distance(double value, double least, double most)
{
    return fmax(0, fmax(log2(value / most), log2(least / value)));
}

/* ---- values ---- */

bool mw_fit_estimate(struct mw_fit_estimate *estimate, const struct mw_fit_model *model, const struct mw_lapack *lapack,
                     double n, double s)
{
    double row[MW_SQUARES_COLUMNS], z[MW_SQUARES_COLUMNS];
    size_t last = model->term_count - 1;

    for (size_t j = 0; j < model->term_count; j++)
        row[j] = mw_law_value(&model->terms[j], n, s);
    if (!knows(model, n) || !mw_squares_project(&model->squares, lapack, row, z))
        return false;
    *estimate = (struct mw_fit_estimate){0};
    for (size_t j = 0; j < model->term_count; j++) {
        estimate->mean += z[j] * (j == last ? model->last : model->squares.q[j]);
        estimate->parts[j] = z[j] * model->sigma * (j == last ? model->last_spread : 1);
    }
    return isfinite(estimate->mean);
}

/* The uncertainty of its weights, of one new reading, and the drift. */
static bool doubt(struct mw_student *part, const struct mw_fit *fit, const struct mw_fit_model *model,
                  const struct mw_lapack *lapack, double n, double s, double drift)
{
    struct mw_fit_estimate estimate;
    double scale;

    if (!mw_fit_estimate(&estimate, model, lapack, n, s))
        return false;
    scale = hypot(model->sigma * mw_fit_noise_of(&fit->noise, fmax(0, estimate.mean)), drift * estimate.mean);
    for (size_t j = 0; j < model->term_count; j++)
        scale = hypot(scale, estimate.parts[j]);
    *part = (struct mw_student){model->weight, estimate.mean, scale, model->freedom};
    return isfinite(scale) && scale > 0;
}

struct mw_fit_band mw_fit_predict(const struct mw_fit *fit, const struct mw_lapack *lapack, double n, double s)
{
    struct mw_fit_band band = {.bytes = mw_fit_value(&fit->best, n, s), .high = INFINITY};
    double drift = DRIFT * (distance(n, fit->n_min, fit->n_max) + distance(s, fit->s_min, fit->s_max)), all = 0;
    struct mw_student parts[MW_FIT_MODELS];
    size_t count = 0;

    for (size_t i = 0; i < fit->model_count && all < ENOUGH; i++) {
        all += fit->models[i].weight;
        count += doubt(&parts[count], fit, &fit->models[i], lapack, n, s, drift);
    }
    if (count) {
        band.low = fmin(band.bytes, fmax(0, mw_student_quantile(parts, count, 0.025)));
        band.high = fmax(band.bytes, mw_student_quantile(parts, count, 0.975));
    }
    return band;
}

bool mw_fit_is_vague(struct mw_fit_band band)
{
    return band.high > VAGUE * fmax(band.low, 2 * mw_fit_noise(0));
}

const char *mw_fit_formula(char *text, size_t size, const struct mw_fit_model *model, const char *name_s)
{
    size_t length;

    text[0] = '\0';
    for (size_t i = 0; i < model->term_count; i++) {
        if (model->terms[i].to_n > 0) /* below the plateau */
            continue;
        length = strlen(text);
        snprintf(text + length, size - length, "%s", i ? " + " : "");
        mw_law_put(text, size, &model->terms[i], model->squares.coefs[i], name_s);
    }
    length = strlen(text);
    if (model->from_n > 0)
        snprintf(text + length, size - length, " from n = %g on", model->from_n);
    return text;
}
