/* SPDX-License-Identifier: MIT */
/* Measurements and values of the models: a row for each series and run, and one for each prediction. */
#include "collector/scale/study_report.h"

#include "collector/report/csv.h"

#include <math.h>
#include <stdio.h>

static void put_row(struct mw_csv *csv, const struct mw_study *study, const struct mw_study_series *series, const char *run,
                    double n, double s, double measured, double error)
{
    struct mw_fit_band band = {NAN, NAN, NAN};

    if (mw_study_reach(study, series, n, s) == MW_FIT_REACHED)
        band = mw_study_predict(study, series, n, s);
    mw_csv_text(csv, mw_scale_group_word(series->group));
    mw_csv_text(csv, series->name);
    mw_csv_text(csv, run);
    mw_csv_real(csv, n);
    mw_csv_real(csv, study->param ? s : NAN);
    mw_csv_real(csv, measured);
    mw_csv_real(csv, round(band.bytes));
    mw_csv_real(csv, round(band.low));
    mw_csv_real(csv, round(band.high));
    mw_csv_real(csv, error);
    mw_csv_end(csv);
}

int mw_scale_csv_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                       const struct mw_report_style *style)
{
    const char *const head[] = {"group",
                                "name",
                                "run",
                                "n",
                                study->param ? study->param : "parameter",
                                "measured_bytes",
                                "model_bytes",
                                "model_low_bytes",
                                "model_high_bytes",
                                "measured_error_bytes",
                                NULL};
    struct mw_csv csv = {out, false};

    (void)style;
    mw_csv_head(&csv, head);
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        for (size_t j = 0; j < study->run_count; j++)
            if (!isnan(series->bytes[j]))
                put_row(&csv, study, series, study->runs[j].name, study->runs[j].n, study->runs[j].s, series->bytes[j],
                        series->errors ? series->errors[j] : NAN);
        if (forecast && mw_study_reach(study, series, forecast->n, forecast->s) == MW_FIT_REACHED)
            put_row(&csv, study, series, "", forecast->n, forecast->s, NAN, NAN);
    }
    return ferror(out) ? -1 : 0;
}
