/* SPDX-License-Identifier: MIT */
/* The forms of a study. Their only inputs are the study and the forecast. */
#ifndef MW_COLLECTOR_SCALE_STUDY_REPORT_H
#define MW_COLLECTOR_SCALE_STUDY_REPORT_H

#include "collector/report/report.h"
#include "collector/scale/forecast.h"

#include <stdio.h>

/* `forecast` is NULL if none was requested. The caller flushes. Returns 0, or -1 with errno if writing failed. */
typedef int mw_scale_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                           const struct mw_report_style *style);

mw_scale_write mw_scale_text_write, mw_scale_json_write, mw_scale_csv_write, mw_scale_svg_write, mw_scale_html_write;

/* ---- shared parts of the forms ---- */

/* "phase", "call site", ... */
const char *mw_scale_group_word(enum mw_study_group group);

/* "65,536", "0.5". Returns text. */
const char *mw_scale_number(char *text, size_t size, double value);

/* The sbatch options for this forecast, as a line to copy. `per_cpu`: with --mem-per-cpu instead of --mem. Returns text. */
const char *mw_scale_slurm(char *text, size_t size, const struct mw_forecast *forecast, bool per_cpu);

/* Whether there is a prediction. If not, `forecast` has only the request. */
bool mw_scale_is_possible(const struct mw_study *study, const struct mw_forecast *forecast);

/* The run that would help most: for the forecast, or without one for twice as many ranks and twice the parameter. */
struct mw_advice mw_scale_advice(const struct mw_study *study, const struct mw_forecast *forecast);

/* "n = 16, size = 36". Returns text. */
const char *mw_scale_place(char *text, size_t size, const struct mw_study *study, double n, double s);

/* The largest value of the parameter, with the value by the band, and a note if predictions end there. Returns text. */
const char *mw_scale_largest(char *text, size_t size, const struct mw_forecast_limit *limit);

/* The trend of per-process memory: "scales inversely with process count (97 %)". Returns text. */
const char *mw_scale_trend_words(char *text, size_t size, const struct mw_study_trend *trend);

/* A model as a function of n at one s: from its smallest n, in steps that grow with n. */
#define MW_SCALE_CURVE 41
struct mw_scale_point {
    double n;
    struct mw_fit_band band;
};

/* Returns the number of points; 0 without a model. */
size_t mw_scale_curve(const struct mw_study *study, const struct mw_study_series *series, double s, double to,
                      struct mw_scale_point curve[MW_SCALE_CURVE]);

/* The end of drawn curves: past the forecast. `forecast` may be NULL. */
double mw_scale_curve_end(const struct mw_study *study, const struct mw_forecast *forecast);

#endif
