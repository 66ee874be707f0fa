/* SPDX-License-Identifier: MIT */
/* Will it fit? What the models of a study say of another number of ranks and another parameter, on nodes of a given size.
 * Ranks count by their peaks and nodes by the sum of those, which no moment can exceed; shared pages count in each rank. */
#ifndef MW_COLLECTOR_SCALE_FORECAST_H
#define MW_COLLECTOR_SCALE_FORECAST_H

#include "collector/scale/study.h"

struct mw_forecast {
    double n, s;
    double ranks_per_node; /* asked for, or as many as a node has cores */
    double nodes;
    double node_bytes;     /* memory of a node */

    const struct mw_study_series *unreached; /* a model that is needed does not tell of this place; NULL: all is well */
    struct mw_fit_band rank;   /* the fullest one */
    struct mw_fit_band rank_0, others;
    bool has_roles;
    struct mw_fit_band node;   /* the one with rank 0 */
    double headroom;           /* of the node, against the upper end of the band; negative: it does not fit */
    bool fits, surely;         /* by the prediction itself; by its whole band */

    /* With n growing from the smallest measured one: the first phase or call site that a node cannot hold. */
    const struct mw_study_series *first; /* NULL: none, up to `searched` ranks */
    double first_n;
    double searched;
    double fits_from;          /* where it does not fit at n: the next larger n at which it does; 0 none */
    double s_largest, s_surely; /* the largest s that fits at n, and with its whole band; 0: none, or no model of s */

    const struct mw_study_series *fullest; /* phase or call site that is highest at this place; NULL unknown */
    struct mw_fit_band fullest_band;
};

/* n, s, ranks_per_node and node_bytes are set before. */
void mw_forecast_make(struct mw_forecast *forecast, const struct mw_study *study);

#endif
