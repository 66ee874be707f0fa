/* SPDX-License-Identifier: MIT */
/* What a rank's RSS was when: by its own measurements at MPI calls, and by samples from outside. */
#ifndef MW_COLLECTOR_MODEL_RANK_RSS_H
#define MW_COLLECTOR_MODEL_RANK_RSS_H

#include "collector/model/model.h"

struct mw_rank_rss {
    uint64_t bytes;
    uint64_t ns; /* when it was measured or sampled; 0: not known */
};

/* The last that is known: at the rank's end or, of one that was killed, shortly before. It is what every report calls
 * "at end"; model->ranks[].end_rss has it. */
struct mw_rank_rss mw_rank_rss_last(const struct mw_model *model, const struct mw_model_rank *rank);

/* The last that is known of the time up to `ns`, on the job's clock: by the rank's curve, too, which is to be there. */
struct mw_rank_rss mw_rank_rss_at(const struct mw_model *model, const struct mw_model_rank *rank, uint64_t ns);

#endif
