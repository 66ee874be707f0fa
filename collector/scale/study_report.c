/* SPDX-License-Identifier: MIT */
/* The shared parts of the forms of a study. */
#include "collector/scale/study_report.h"

#include "collector/base/units.h"

#include <math.h>
#include <string.h>

const char *mw_scale_number(char *text, size_t size, double value)
{
    if (value == floor(value) && fabs(value) < 1e15)
        snprintf(text, size, "%s", mw_units_count((uint64_t)value).text);
    else
        snprintf(text, size, "%.4g", value);
    return text;
}

const char *mw_scale_group_word(enum mw_study_group group)
{
    static const char *const words[] = {[MW_STUDY_RANK] = "rank",
                                        [MW_STUDY_MPI] = "MPI",
                                        [MW_STUDY_PHASE] = "phase",
                                        [MW_STUDY_SITE] = "inside a call",
                                        [MW_STUDY_RISE] = "rise inside a call",
                                        [MW_STUDY_LINE] = "line",
                                        [MW_STUDY_LINE_MEAN] = "line, mean of ranks"};

    return words[group];
}

const char *mw_scale_trend_words(char *text, size_t size, const struct mw_study_trend *trend)
{
    double ratio = trend->to / trend->from;
    double percent = 100 * fmin(1, trend->divided);

    if (trend->scaling == MW_STUDY_WEAK)
        snprintf(text, size, "%s", ratio > 1.1 ? "grows with process count" : ratio < 0.9 ? "falls" : "stays");
    else if (trend->divided > 0.9)
        snprintf(text, size, "scales inversely with process count (%.0f %%)", percent);
    else if (trend->divided > 0.02)
        snprintf(text, size, "%.0f %% of it divides among the processes", percent);
    else
        snprintf(text, size, ratio > 1.02 ? "grows with process count" : "nothing of it divides among the processes");
    return text;
}

const char *mw_scale_slurm(char *text, size_t size, const struct mw_forecast *forecast, bool per_cpu)
{
    double ranks = fmin(forecast->ranks_per_node, forecast->n);
    double mib = ceil((per_cpu ? fmax(forecast->node.high / ranks, forecast->rank.high) : forecast->node.high) / (1 << 20));

    snprintf(text, size, "--nodes=%.0f --ntasks=%.0f --ntasks-per-node=%.0f --mem%s=%.0fM", forecast->nodes, forecast->n, ranks,
             per_cpu ? "-per-cpu" : "", mib);
    return text;
}

bool mw_scale_is_possible(const struct mw_study *study, const struct mw_forecast *forecast)
{
    return study->lapack && forecast->reach == MW_FIT_REACHED;
}

size_t mw_scale_curve(const struct mw_study *study, const struct mw_study_series *series, double s, double to,
                      struct mw_scale_point curve[MW_SCALE_CURVE])
{
    double from = fmax(series->fit.n_min, fmax(series->fit.best.from_n, series->is_split ? series->mpi_fit.best.from_n : 0));
    size_t count = 0;

    for (int i = 0; i < MW_SCALE_CURVE; i++) {
        double n = from * pow(to / from, i / (MW_SCALE_CURVE - 1.0));
        struct mw_scale_point point = {.n = n};
        if (!(to > from) || !mw_study_reaches(series, n, s))
            continue;
        point.band = mw_study_predict(study, series, n, s);
        if (!mw_fit_is_vague(point.band))
            curve[count++] = point;
    }
    return count;
}

struct mw_advice mw_scale_advice(const struct mw_study *study, const struct mw_forecast *forecast)
{
    const struct mw_study_series *rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank");
    struct mw_advice advice;

    if (forecast)
        return forecast->advice;
    mw_advice_find(&advice, study, 2 * rank->fit.n_max, rank->fit.knows_s ? 2 * rank->fit.s_max : rank->fit.s_max);
    return advice;
}

const char *mw_scale_place(char *text, size_t size, const struct mw_study *study, double n, double s)
{
    char number[32];
    int length = snprintf(text, size, "n = %s", mw_scale_number(number, sizeof(number), n));

    if (study->param)
        snprintf(text + length, size - (size_t)length, s == floor(s) && s < 1e15 ? ", %.64s = %.0f" : ", %.64s = %.6g",
                 study->param, s);
    return text;
}

static void put_limit(char *text, size_t size, double value, bool open)
{
    snprintf(text, size, "%.4g%s", value, open ? " or more" : "");
}

const char *mw_scale_largest(char *text, size_t size, const struct mw_forecast_limit *limit)
{
    char value[48], band[48];

    put_limit(value, sizeof(value), limit->by_value, limit->open_by_value);
    put_limit(band, sizeof(band), limit->by_band, limit->open_by_band);
    snprintf(text, size, "%s%s%s%s%s", value, limit->by_band > 0 ? "   " : "", limit->by_band > 0 ? band : "",
             limit->by_band > 0 ? " by the upper end of the band" : "",
             limit->open_by_value || limit->open_by_band ? "; predictions end there" : "");
    return text;
}

double mw_scale_curve_end(const struct mw_study *study, const struct mw_forecast *forecast)
{
    double most = study->runs[0].n;

    for (size_t i = 1; i < study->run_count; i++)
        most = fmax(most, study->runs[i].n);
    return forecast && forecast->n > most ? 1.5 * forecast->n : 4 * most;
}
