/* SPDX-License-Identifier: MIT */
#include "collector/scale/advice.h"

#include <math.h>

/* The cost of a run is its number of ranks times the memory of each. Maximum cost, relative to the most expensive run so
 * far. */
#define CHEAP 4
/* Candidates must have at least this share of the best gain; among them the best gain per cost wins. */
#define ENOUGH 0.6
#define TRIED 6 /* number of values of n, and of s */

struct asked {
    const struct mw_study *study;
    const struct mw_study_series *rank;
    double n, s;       /* the place of the prediction */
    bool new_n, new_s; /* the run must extend the range of these, else nothing can be predicted there */
    double budget;
};

/* ---- gain of a run ---- */

/* Covariance of two places over all models: the differences between models, and the uncertainty of their weights. Bytes
 * squared. */
struct parting {
    double run, place, both;
};

static bool estimate_both(struct mw_fit_estimate estimate[2], const struct asked *asked, const struct mw_fit_model *model,
                          double n, double s)
{
    return mw_fit_estimate(&estimate[0], model, asked->study->lapack, n, s) &&
           mw_fit_estimate(&estimate[1], model, asked->study->lapack, asked->n, asked->s);
}

static struct parting parting_at(const struct asked *asked, double n, double s)
{
    struct parting sum = {0};
    double all = 0, run = 0, place = 0;

    for (size_t i = 0; i < asked->rank->fit.model_count; i++) {
        const struct mw_fit_model *model = &asked->rank->fit.models[i];
        struct mw_fit_estimate estimate[2];
        if (!estimate_both(estimate, asked, model, n, s))
            continue;
        all += model->weight;
        run += model->weight * estimate[0].mean;
        place += model->weight * estimate[1].mean;
        sum.run += model->weight * estimate[0].mean * estimate[0].mean;
        sum.place += model->weight * estimate[1].mean * estimate[1].mean;
        sum.both += model->weight * estimate[0].mean * estimate[1].mean;
        for (size_t j = 0; j < model->term_count; j++) {
            sum.run += model->weight * estimate[0].parts[j] * estimate[0].parts[j];
            sum.place += model->weight * estimate[1].parts[j] * estimate[1].parts[j];
            sum.both += model->weight * estimate[0].parts[j] * estimate[1].parts[j];
        }
    }
    if (!(all > 0))
        return (struct parting){0};
    return (struct parting){sum.run / all - pow(run / all, 2), sum.place / all - pow(place / all, 2),
                            sum.both / all - run / all * place / all};
}

/* The share by which the variance at the place falls if this value is known, except for the noise of a reading. */
static double gain_of(const struct asked *asked, double n, double s)
{
    struct parting parting = parting_at(asked, n, s);
    double noise = mw_fit_noise(fmax(0, mw_fit_value(&asked->rank->fit.best, n, s)));

    return parting.place > 0 ? parting.both * parting.both / (parting.place * (fmax(0, parting.run) + noise * noise)) : 0;
}

/* ---- candidate runs ---- */

static bool was_run(const struct mw_study *study, double n, double s)
{
    for (size_t i = 0; i < study->run_count; i++)
        if (study->runs[i].n == n && study->runs[i].s == s)
            return true;
    return false;
}

static double cost_of(const struct asked *asked, double n, double s)
{
    return n * fmax(mw_fit_noise(0), mw_study_predict(asked->study, asked->rank, n, s).bytes);
}

static double budget_of(const struct mw_study *study)
{
    double most = 0;

    for (size_t i = 0; i < study->run_count; i++)
        most = fmax(most, study->runs[i].n * (double)study->runs[i].rank);
    return CHEAP * most;
}

/* The ends of the range, its middle, and values just outside. Integers stay integers. Returns the number of values. */
static size_t values_near(double values[TRIED], double least, double most, bool integer)
{
    const double tried[TRIED] = {least, most, sqrt(least * most), 2 * most, 4 * most, least / 2};
    size_t count = 0;

    for (size_t i = 0; i < TRIED; i++) {
        double value = integer ? round(tried[i]) : tried[i];
        bool known = value <= 0;
        for (size_t j = 0; j < count; j++)
            known |= values[j] == value;
        if (!known)
            values[count++] = value;
    }
    return count;
}

static bool outside(double value, double least, double most)
{
    return value < least || value > most;
}

static bool is_candidate(const struct asked *asked, double n, double s)
{
    const struct mw_fit *fit = &asked->rank->fit;

    if (was_run(asked->study, n, s) || (asked->new_n && !outside(n, fit->n_min, fit->n_max)) ||
        (asked->new_s && !outside(s, fit->s_min, fit->s_max)))
        return false;
    return cost_of(asked, n, s) <= asked->budget;
}

/* Calls `visit` of each candidate. */
typedef void visit_run(struct mw_advice *best, double *score, const struct asked *asked, double n, double s);

static void each_candidate(struct mw_advice *best, double *score, const struct asked *asked, visit_run *visit)
{
    const struct mw_fit *fit = &asked->rank->fit;
    double ns[TRIED], ss[TRIED];
    size_t n_count = values_near(ns, fit->n_min, fit->n_max, true);
    size_t s_count = asked->study->param ? values_near(ss, fit->s_min, fit->s_max,
                                                       fit->s_min == round(fit->s_min) && fit->s_max == round(fit->s_max))
                                         : 1;

    if (!asked->study->param)
        ss[0] = asked->s;
    for (size_t i = 0; i < n_count; i++)
        for (size_t j = 0; j < s_count; j++)
            if (is_candidate(asked, ns[i], ss[j]))
                visit(best, score, asked, ns[i], ss[j]);
}

static void find_most(struct mw_advice *best, double *score, const struct asked *asked, double n, double s)
{
    (void)best;
    score[0] = fmax(score[0], gain_of(asked, n, s));
}

/* score[0] is the minimum gain, score[1] the largest gain per cost so far. */
static void find_cheapest(struct mw_advice *best, double *score, const struct asked *asked, double n, double s)
{
    double gain = gain_of(asked, n, s), value = gain / cost_of(asked, n, s);

    if (gain < score[0] || (best->found && value <= score[1]))
        return;
    *best = (struct mw_advice){.found = true, .n = n, .s = s};
    score[1] = value;
}

/* ---- without models ---- */

/* One more number of ranks, or value, than measured, which the models need. */
static void extend(struct mw_advice *advice, const struct asked *asked)
{
    const struct mw_fit *fit = &asked->rank->fit;
    bool by_s = asked->study->param && fit->n_min == fit->n_max && fit->s_min < fit->s_max;

    advice->found = fit->verdict == MW_FIT_TOO_FEW || asked->new_n || asked->new_s;
    advice->n = by_s || (asked->new_s && !asked->new_n) ? fit->n_max : 2 * fit->n_max;
    advice->s = by_s || asked->new_s ? 2 * fit->s_max : asked->study->param ? fit->s_min : asked->s;
}

void mw_advice_find(struct mw_advice *advice, const struct mw_study *study, double n, double s)
{
    struct asked asked = {.study = study,
                          .rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank"),
                          .n = n,
                          .s = s,
                          .budget = budget_of(study)};
    enum mw_fit_reach reach = study->lapack ? mw_study_reach(study, asked.rank, n, s) : MW_FIT_NO_MODEL;
    double score[2] = {0, 0};

    *advice = (struct mw_advice){0};
    if (!study->lapack)
        return;
    asked.new_n = reach == MW_FIT_N_FAR || reach == MW_FIT_N_FIXED;
    asked.new_s = reach == MW_FIT_S_FAR || reach == MW_FIT_S_FIXED;
    if (asked.rank->fit.verdict == MW_FIT_GOOD) {
        each_candidate(advice, score, &asked, find_most);
        score[0] *= ENOUGH;
        each_candidate(advice, score, &asked, find_cheapest);
    }
    if (!advice->found)
        extend(advice, &asked);
    advice->has_band = advice->found && mw_study_reaches(asked.rank, advice->n, advice->s);
    if (advice->has_band)
        advice->band = mw_study_predict(study, asked.rank, advice->n, advice->s);
}
