/* SPDX-License-Identifier: MIT */
/* Predictions of a study's models, and the limits of their range. */
#include "collector/base/units.h"
#include "collector/scale/study.h"

#include <math.h>
#include <stdio.h>

static enum mw_fit_reach reach_of(const struct mw_study_series *series, double n, double s)
{
    enum mw_fit_reach reach = mw_fit_reach(&series->fit, n, s);

    return reach == MW_FIT_REACHED && series->is_split ? mw_fit_reach(&series->mpi_fit, n, s) : reach;
}

bool mw_study_reaches(const struct mw_study_series *series, double n, double s)
{
    return reach_of(series, n, s) == MW_FIT_REACHED;
}

enum mw_fit_reach mw_study_reach(const struct mw_study *study, const struct mw_study_series *series, double n, double s)
{
    enum mw_fit_reach reach = study->lapack ? reach_of(series, n, s) : MW_FIT_NO_MODEL;

    return reach == MW_FIT_REACHED && mw_fit_is_vague(mw_study_predict(study, series, n, s)) ? MW_FIT_VAGUE : reach;
}

struct mw_fit_band mw_study_predict(const struct mw_study *study, const struct mw_study_series *series, double n, double s)
{
    struct mw_fit_band band = mw_fit_predict(&series->fit, study->lapack, n, s), mpi;

    if (!series->is_split)
        return band;
    mpi = mw_fit_predict(&series->mpi_fit, study->lapack, n, s);
    return (struct mw_fit_band){band.bytes + mpi.bytes, band.low + mpi.low, band.high + mpi.high};
}

/* Three digits of it, without an exponent. */
static const char *rough(char *text, size_t size, double value)
{
    double unit = pow(10, fmax(0, floor(log10(value)) - 2));

    snprintf(text, size, value < 1000 ? "%.3g" : "%.0f", value < 1000 ? value : floor(value / unit) * unit);
    return text;
}

/* "size was 14 to 22 in the runs: predictions reach to 46 at most, not to 60" */
static void describe_far(char *text, size_t size, const char *name, double least, double most, double asked)
{
    double carries = mw_fit_carries(least, most);
    char end[400];

    snprintf(text, size, "%s was %.6g to %.6g in the runs: predictions reach %s %s%s, not to %.6g", name, least, most,
             asked > most ? "to" : "down to", rough(end, sizeof(end), asked > most ? carries : least * most / carries),
             asked > most ? " at most" : "", asked);
}

static void describe_vague(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series,
                           double n, double s)
{
    struct mw_fit_band band = mw_study_predict(study, series, n, s);

    snprintf(text, size, "the models of these runs differ too much there: %s to %s", mw_units_bytes_mean(band.low).text,
             mw_units_bytes_mean(band.high).text);
}

const char *mw_study_why_not(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series,
                             enum mw_fit_reach reach, double n, double s)
{
    const struct mw_fit *fit = &series->fit, *mpi = &series->mpi_fit;

    text[0] = '\0';
    switch (reach) {
    case MW_FIT_REACHED: break;
    case MW_FIT_NO_MODEL: mw_study_formula(text, size, study, series); break;
    case MW_FIT_N_FIXED:
        snprintf(text, size, "the number of ranks was not varied enough: three different ones at least");
        break;
    case MW_FIT_S_FIXED:
        snprintf(text, size, "%s was not varied enough: three different values at least",
                 study->param ? study->param : "the parameter");
        break;
    case MW_FIT_N_BELOW:
        snprintf(text, size, "the models are valid for %g ranks and more",
                 fmax(fit->best.from_n, series->is_split ? mpi->best.from_n : 0));
        break;
    case MW_FIT_N_FAR: describe_far(text, size, "n", fit->n_min, fit->n_max, n); break;
    case MW_FIT_S_FAR: describe_far(text, size, study->param ? study->param : "s", fit->s_min, fit->s_max, s); break;
    case MW_FIT_VAGUE: describe_vague(text, size, study, series, n, s); break;
    }
    return text;
}
