/* SPDX-License-Identifier: MIT */
/* Predicts whether a job fits: the models of a study for another number of ranks and another parameter, on nodes of a given
 * size. Ranks count by their peaks, and nodes by the sum of these, which is an upper bound; shared pages count in each rank.
 * There are no predictions outside of the range of the runs (mw_study_reach()). */
#ifndef MW_COLLECTOR_SCALE_FORECAST_H
#define MW_COLLECTOR_SCALE_FORECAST_H

#include "collector/scale/advice.h"
#include "collector/scale/study.h"

/* A largest or smallest value: by the prediction itself, and by the upper end of its band. */
struct mw_forecast_limit {
    double by_band, by_value;         /* 0 if none */
    bool open_by_band, open_by_value; /* the search ended at the limit of predictions: there may be more */
};

struct mw_forecast {
    double n, s;
    double ranks_per_node; /* requested, or the number of cores of a node */
    double nodes;
    double node_bytes; /* memory of a node */

    enum mw_fit_reach reach; /* unless REACHED there is no prediction, and the following fields are not set */
    struct mw_fit_band rank; /* the fullest one */
    struct mw_fit_band rank_0, others;
    bool has_roles;
    struct mw_fit_band node; /* the node with rank 0 */
    double headroom;         /* of the node, against the upper end of the band; negative: it does not fit */
    bool fits, surely;       /* by the prediction; by the upper end of its band */

    /* With n growing from the smallest measured one: the first phase or call site that a node cannot hold. */
    const struct mw_study_series *first; /* NULL if none, up to `searched` ranks */
    struct mw_forecast_limit first_n;    /* for that one; by_band may be smaller than by_value, or the only one */
    double searched;
    struct mw_forecast_limit fits_from; /* if it does not fit at n: the next larger n at which it does */
    struct mw_forecast_limit s_largest; /* that fits at n; none without a model of s */

    const struct mw_study_series *fullest; /* phase or call site that is highest at this place; NULL unknown */
    struct mw_fit_band fullest_band;

    struct mw_advice advice; /* the run that would help most: always set */
};

/* The caller sets n, s, ranks_per_node and node_bytes. */
void mw_forecast_make(struct mw_forecast *forecast, const struct mw_study *study);

#endif
