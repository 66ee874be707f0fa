/* SPDX-License-Identifier: MIT */
/* A study in its forms. Each is fed by the study and the forecast, and by nothing else. */
#ifndef MW_COLLECTOR_SCALE_STUDY_REPORT_H
#define MW_COLLECTOR_SCALE_STUDY_REPORT_H

#include "collector/report/report.h"
#include "collector/scale/forecast.h"

#include <stdio.h>

/* `forecast` is NULL where none was asked for. The caller flushes. Returns 0, or -1 when writing failed (errno). */
typedef int mw_scale_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                           const struct mw_report_style *style);

mw_scale_write mw_scale_text_write, mw_scale_json_write, mw_scale_csv_write, mw_scale_svg_write, mw_scale_html_write;

/* ---- what the forms share ---- */

/* "phase", "call site", ... */
const char *mw_scale_group_word(enum mw_study_group group);

/* "65,536", "0.5". Returns text. */
const char *mw_scale_number(char *text, size_t size, double value);

/* What Slurm is to be asked for: a line to copy for this forecast. `per_cpu`: with --mem-per-cpu instead of --mem. Returns
 * text. */
const char *mw_scale_slurm(char *text, size_t size, const struct mw_forecast *forecast, bool per_cpu);

/* Is there a prediction? Otherwise `forecast` says only what was asked. */
bool mw_scale_is_possible(const struct mw_study *study, const struct mw_forecast *forecast);

/* The run that would help most: for the forecast, or where there is none, for twice as many ranks and twice the parameter. */
struct mw_advice mw_scale_advice(const struct mw_study *study, const struct mw_forecast *forecast);

/* "n = 16, size = 36". Returns text. */
const char *mw_scale_place(char *text, size_t size, const struct mw_study *study, double n, double s);

/* "46 (as far as the runs carry)", with the value by the band, for the largest value of the parameter. Returns text. */
const char *mw_scale_largest(char *text, size_t size, const struct mw_forecast_limit *limit);

/* What per-process memory does: "scales inversely with process count (97 %)". Returns text. */
const char *mw_scale_trend_words(char *text, size_t size, const struct mw_study_trend *trend);

/* A model along n, at one s: from the smallest n that it is of, in steps that grow with n. */
#define MW_SCALE_CURVE 41
struct mw_scale_point {
    double n;
    struct mw_fit_band band;
};

/* Returns how many points there are; 0: no model. */
size_t mw_scale_curve(const struct mw_study *study, const struct mw_study_series *series, double s, double to,
                      struct mw_scale_point curve[MW_SCALE_CURVE]);

/* Up to where curves are worth drawing: past the forecast. `forecast` may be NULL. */
double mw_scale_curve_end(const struct mw_study *study, const struct mw_forecast *forecast);

#endif
