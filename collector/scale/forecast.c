/* SPDX-License-Identifier: MIT */
#include "collector/scale/forecast.h"

#include <math.h>
#include <string.h>

#define N_MAX 16777216.0 /* 2^24 ranks: the maximum that is searched */
#define S_MAX 1e18       /* doubling ends here, whatever the range of the runs */

static struct mw_fit_band times(struct mw_fit_band band, double count)
{
    return (struct mw_fit_band){band.bytes * count, band.low * count, band.high * count};
}

static struct mw_fit_band plus(struct mw_fit_band a, struct mw_fit_band b)
{
    return (struct mw_fit_band){a.bytes + b.bytes, a.low + b.low, a.high + b.high};
}

static bool reaches(const struct mw_study_series *series, double n, double s)
{
    return series && mw_study_reaches(series, n, s);
}

/* ---- one node ---- */

struct asked {
    const struct mw_study *study;
    const struct mw_study_series *rank, *rank_0, *others;
    double ranks_per_node, limit;
    double n, s;
};

static struct mw_fit_band node_at(const struct asked *asked, double n, double s)
{
    double ranks = fmin(asked->ranks_per_node, n);

    if (ranks > 1 && reaches(asked->rank_0, n, s) && reaches(asked->others, n, s))
        return plus(mw_study_predict(asked->study, asked->rank_0, n, s),
                    times(mw_study_predict(asked->study, asked->others, n, s), ranks - 1));
    return times(mw_study_predict(asked->study, asked->rank, n, s), ranks);
}

/* Memory of a node if each rank is at this series' level. */
static struct mw_fit_band level_at(const struct asked *asked, const struct mw_study_series *series, double n, double s)
{
    return times(mw_study_predict(asked->study, series, n, s), fmin(asked->ranks_per_node, n));
}

/* Only notable series, limited by the fullest rank: values above it are errors of a model. */
static bool has_level(const struct mw_forecast *forecast, const struct mw_study *study, const struct mw_study_series *series)
{
    return (series->group == MW_STUDY_PHASE || series->group == MW_STUDY_SITE) && !series->follows &&
           mw_study_is_notable(study, series) && reaches(series, forecast->n, forecast->s) &&
           mw_study_predict(study, series, forecast->n, forecast->s).bytes <= forecast->rank.high;
}

/* ---- limits ---- */

/* A search along one parameter. */
struct line {
    const struct asked *asked;
    const struct mw_study_series *series; /* a level; NULL for the node */
    bool along_s;                         /* n is fixed; else s is */
    bool by_band;                         /* use the upper end of the band */
};

enum answer { FITS, TOO_MUCH, UNKNOWN };

/* A place with a vague band has no prediction. */
static enum answer answer_at(const struct line *line, double value)
{
    const struct asked *asked = line->asked;
    const struct mw_study_series *series = line->series ? line->series : asked->rank;
    double n = line->along_s ? asked->n : value, s = line->along_s ? value : asked->s;
    struct mw_fit_band band;

    if (mw_study_reach(asked->study, series, n, s) != MW_FIT_REACHED)
        return UNKNOWN;
    band = line->series ? level_at(asked, series, n, s) : node_at(asked, n, s);
    return (line->by_band ? band.high : band.bytes) <= asked->limit ? FITS : TOO_MUCH;
}

/* Bisects between two values with different answers: the last with the first answer, as an integer or to a thousandth. */
static double last_with(const struct line *line, enum answer answer, double has, double has_not)
{
    while (line->along_s ? has_not > has * 1.001 : has_not - has > 1) {
        double middle = line->along_s ? (has + has_not) / 2 : floor((has + has_not) / 2);
        if (answer_at(line, middle) == answer)
            has = middle;
        else
            has_not = middle;
    }
    return has;
}

/* The first n >= `from` at which a node cannot hold this, although it can on fewer ranks; 0 if none up to *searched, the
 * limit of predictions. */
static double crossing(const struct line *line, double from, double *searched)
{
    double fits = 0;

    for (double n = from; n <= N_MAX; n *= 2) {
        enum answer answer = answer_at(line, n);
        if (answer == UNKNOWN && fits > 0) { /* no prediction either below the range of its model */
            *searched = fmin(*searched, last_with(line, FITS, fits, n));
            return 0;
        }
        if (answer == TOO_MUCH && fits > 0)
            return last_with(line, FITS, fits, n) + 1;
        if (answer == FITS)
            fits = n; /* memory that shrinks with n does not fit at first: not a crossing */
    }
    return 0;
}

/* The upper end crosses first, unless it is above the limit from the start. */
static double earliest(struct mw_forecast_limit n)
{
    return n.by_band > 0 ? n.by_band : n.by_value;
}

static void find_first(struct mw_forecast *forecast, const struct asked *asked)
{
    const struct mw_study *study = asked->study;

    forecast->searched = fmin(N_MAX, floor(mw_fit_carries(asked->rank->fit.n_min, asked->rank->fit.n_max)));
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        struct line line = {.asked = asked, .series = series};
        struct mw_forecast_limit found = {0};
        if (!has_level(forecast, study, series))
            continue;
        found.by_value = crossing(&line, series->fit.n_min, &forecast->searched);
        line.by_band = true;
        found.by_band = crossing(&line, series->fit.n_min, &forecast->searched);
        if (earliest(found) > 0 && (!forecast->first || earliest(found) < earliest(forecast->first_n))) {
            forecast->first = series;
            forecast->first_n = found;
        }
    }
}

/* The next larger n at which it fits; 0 if none in the range of predictions. */
static double fits_from(const struct line *line)
{
    double not = line->asked->n;

    for (double n = 2 * not ; n <= N_MAX; n *= 2) {
        enum answer answer = answer_at(line, n);
        if (answer == UNKNOWN)
            return 0;
        if (answer == FITS)
            return last_with(line, TOO_MUCH, not, n) + 1;
        not = n;
    }
    return 0;
}

static void find_fits_from(struct mw_forecast *forecast, const struct asked *asked)
{
    struct line line = {.asked = asked};

    forecast->fits_from.by_value = forecast->fits ? asked->n : fits_from(&line);
    line.by_band = true;
    forecast->fits_from.by_band = fits_from(&line);
}

/* The largest s that fits, starting from the requested one, else from the smallest measured one; 0 if not even that. `open`
 * if there are no predictions for larger ones. */
static double largest_s(const struct line *line, bool *open)
{
    double fits = line->asked->s;

    *open = false;
    if (answer_at(line, fits) != FITS)
        fits = line->asked->rank->fit.s_min;
    if (!(fits > 0) || answer_at(line, fits) != FITS) /* names in records may have any number */
        return 0;
    for (double s = 2 * fits; s <= S_MAX; s *= 2) {
        enum answer answer = answer_at(line, s);
        if (answer != FITS) {
            fits = last_with(line, FITS, fits, s);
            *open = answer_at(line, fits * 1.002) == UNKNOWN;
            break;
        }
        fits = s;
    }
    return fits;
}

static void find_largest_s(struct mw_forecast *forecast, const struct asked *asked)
{
    struct line line = {.asked = asked, .along_s = true};
    struct mw_forecast_limit *largest = &forecast->s_largest;

    if (!asked->rank->fit.knows_s)
        return;
    largest->by_value = largest_s(&line, &largest->open_by_value);
    line.by_band = true;
    largest->by_band = largest_s(&line, &largest->open_by_band);
}

static void find_fullest(struct mw_forecast *forecast, const struct mw_study *study)
{
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        struct mw_fit_band band;
        if (!has_level(forecast, study, series))
            continue;
        band = mw_study_predict(study, series, forecast->n, forecast->s);
        if (forecast->fullest && band.bytes <= forecast->fullest_band.bytes)
            continue;
        forecast->fullest = series;
        forecast->fullest_band = band;
    }
}

/* The prediction itself. */
static void predict(struct mw_forecast *forecast, const struct asked *asked)
{
    double n = forecast->n, s = forecast->s;

    forecast->rank = mw_study_predict(asked->study, asked->rank, n, s);
    forecast->has_roles = reaches(asked->rank_0, n, s) && reaches(asked->others, n, s);
    if (forecast->has_roles) {
        forecast->rank_0 = mw_study_predict(asked->study, asked->rank_0, n, s);
        forecast->others = mw_study_predict(asked->study, asked->others, n, s);
    }
    forecast->node = node_at(asked, n, s);
    forecast->headroom = forecast->node_bytes - forecast->node.high;
    forecast->fits = forecast->node.bytes <= forecast->node_bytes;
    forecast->surely = forecast->node.high <= forecast->node_bytes;
}

void mw_forecast_make(struct mw_forecast *forecast, const struct mw_study *study)
{
    struct asked asked = {.study = study,
                          .rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank"),
                          .rank_0 = mw_study_find(study, MW_STUDY_RANK, "rank 0"),
                          .others = mw_study_find(study, MW_STUDY_RANK, "other ranks"),
                          .ranks_per_node = forecast->ranks_per_node,
                          .limit = forecast->node_bytes,
                          .n = forecast->n,
                          .s = forecast->s};

    forecast->nodes = ceil(forecast->n / forecast->ranks_per_node);
    mw_advice_find(&forecast->advice, study, forecast->n, forecast->s);
    forecast->reach = mw_study_reach(study, asked.rank, forecast->n, forecast->s);
    if (forecast->reach != MW_FIT_REACHED)
        return;
    predict(forecast, &asked);
    find_fullest(forecast, study);
    find_first(forecast, &asked);
    if (!forecast->surely)
        find_fits_from(forecast, &asked);
    find_largest_s(forecast, &asked);
}
