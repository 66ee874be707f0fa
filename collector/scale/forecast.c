/* SPDX-License-Identifier: MIT */
#include "collector/scale/forecast.h"

#include <math.h>
#include <string.h>

#define N_MOST 16777216.0 /* 2^24 ranks: more than any machine has */
#define S_MOST 1e18

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
    double ranks_per_node;
};

static struct mw_fit_band node_at(const struct asked *asked, double n, double s)
{
    double ranks = fmin(asked->ranks_per_node, n);

    if (ranks > 1 && reaches(asked->rank_0, n, s) && reaches(asked->others, n, s))
        return plus(mw_study_predict(asked->study, asked->rank_0, n, s),
                    times(mw_study_predict(asked->study, asked->others, n, s), ranks - 1));
    return times(mw_study_predict(asked->study, asked->rank, n, s), ranks);
}

/* What a node has while each rank is at this series' level. */
static double level_at(const struct asked *asked, const struct mw_study_series *series, double n, double s)
{
    return mw_study_predict(asked->study, series, n, s).bytes * fmin(asked->ranks_per_node, n);
}

/* Those that matter; and none has more than the fullest rank: what a model says beyond that is its own error. */
static bool has_level(const struct mw_forecast *forecast, const struct mw_study *study, const struct mw_study_series *series)
{
    return (series->group == MW_STUDY_PHASE || series->group == MW_STUDY_SITE) && mw_study_is_telling(study, series) &&
           reaches(series, forecast->n, forecast->s) &&
           mw_study_predict(study, series, forecast->n, forecast->s).bytes <= forecast->rank.high;
}

/* ---- where it ends ---- */

/* The smallest n in (fits, too_many] that does not fit, where `fits` does and `too_many` does not. */
static double bisect(const struct asked *asked, const struct mw_study_series *series, double fits, double too_many, double s,
                     double limit)
{
    while (too_many - fits > 1) {
        double middle = floor((fits + too_many) / 2);
        if (level_at(asked, series, middle, s) > limit)
            too_many = middle;
        else
            fits = middle;
    }
    return too_many;
}

/* The first n from `from` on at which a node cannot hold this; 0: there is none. */
static double crossing(const struct asked *asked, const struct mw_study_series *series, double from, double s, double limit)
{
    double fits = 0;

    for (double n = from; n <= N_MOST; n *= 2) {
        if (!reaches(series, n, s)) /* on fewer ranks than its model is of */
            continue;
        if (level_at(asked, series, n, s) > limit) {
            if (fits > 0)
                return bisect(asked, series, fits, n, s, limit);
        } else {
            fits = n; /* what shrinks with n does not fit at first: that is no crossing */
        }
    }
    return 0;
}

static void find_first(struct mw_forecast *forecast, const struct asked *asked)
{
    const struct mw_study *study = asked->study;

    forecast->searched = N_MOST;
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        double n;
        if (!has_level(forecast, study, series))
            continue;
        n = crossing(asked, series, series->fit.n_min, forecast->s, forecast->node_bytes);
        if (n > 0 && (!forecast->first || n < forecast->first_n)) {
            forecast->first = series;
            forecast->first_n = n;
        }
    }
}

static void find_fits_from(struct mw_forecast *forecast, const struct asked *asked)
{
    double fits = 0, not = forecast->n;

    for (double n = 2 * forecast->n; n <= N_MOST && !fits && reaches(asked->rank, n, forecast->s); n *= 2) {
        if (node_at(asked, n, forecast->s).bytes <= forecast->node_bytes)
            fits = n;
        else
            not = n;
    }
    while (fits - not > 1) {
        double middle = floor((fits + not) / 2);
        if (node_at(asked, middle, forecast->s).bytes <= forecast->node_bytes)
            fits = middle;
        else
            not = middle;
    }
    forecast->fits_from = fits;
}

/* The largest s, to a thousandth; 0: not even the smallest measured one. */
static double largest_s(const struct asked *asked, double n, double limit, bool surely)
{
    double fits = asked->rank->fit.s_min, not = 0;
    struct mw_fit_band band = node_at(asked, n, fits);

    if ((surely ? band.high : band.bytes) > limit)
        return 0;
    for (double s = 2 * fits; s <= S_MOST && not == 0; s *= 2) {
        band = node_at(asked, n, s);
        if ((surely ? band.high : band.bytes) > limit)
            not = s;
        else
            fits = s;
    }
    while (not > fits * 1.001) {
        double middle = (fits + not) / 2;
        band = node_at(asked, n, middle);
        if ((surely ? band.high : band.bytes) > limit)
            not = middle;
        else
            fits = middle;
    }
    return fits;
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

void mw_forecast_make(struct mw_forecast *forecast, const struct mw_study *study)
{
    struct asked asked = {.study = study,
                          .rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank"),
                          .rank_0 = mw_study_find(study, MW_STUDY_RANK, "rank 0"),
                          .others = mw_study_find(study, MW_STUDY_RANK, "other ranks"),
                          .ranks_per_node = forecast->ranks_per_node};
    double n = forecast->n, s = forecast->s;

    forecast->nodes = ceil(n / forecast->ranks_per_node);
    if (!reaches(asked.rank, n, s)) {
        forecast->unreached = asked.rank;
        return;
    }
    forecast->rank = mw_study_predict(study, asked.rank, n, s);
    forecast->has_roles = reaches(asked.rank_0, n, s) && reaches(asked.others, n, s);
    if (forecast->has_roles) {
        forecast->rank_0 = mw_study_predict(study, asked.rank_0, n, s);
        forecast->others = mw_study_predict(study, asked.others, n, s);
    }
    forecast->node = node_at(&asked, n, s);
    forecast->headroom = forecast->node_bytes - forecast->node.high;
    forecast->fits = forecast->node.bytes <= forecast->node_bytes;
    forecast->surely = forecast->node.high <= forecast->node_bytes;
    find_fullest(forecast, study);
    find_first(forecast, &asked);
    if (!forecast->fits)
        find_fits_from(forecast, &asked);
    if (asked.rank->fit.knows_s) {
        forecast->s_largest = largest_s(&asked, n, forecast->node_bytes, false);
        forecast->s_surely = largest_s(&asked, n, forecast->node_bytes, true);
    }
}
