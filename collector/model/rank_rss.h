/* SPDX-License-Identifier: MIT */
/* A rank's RSS at a time, from its measurements at MPI calls and from samples. */
#ifndef MW_COLLECTOR_MODEL_RANK_RSS_H
#define MW_COLLECTOR_MODEL_RANK_RSS_H

#include "collector/model/model.h"

struct mw_rank_rss {
    uint64_t bytes;
    uint64_t ns; /* when it was measured or sampled; 0 if unknown */
};

/* The last known value: at the rank's end or, if it was killed, shortly before. Reports call it "at end";
 * model->ranks[].end_rss has it. */
struct mw_rank_rss mw_rank_rss_last(const struct mw_model *model, const struct mw_model_rank *rank);

/* The last known value up to `ns` on the job's clock, also from the rank's timeline, which must be loaded. */
struct mw_rank_rss mw_rank_rss_at(const struct mw_model *model, const struct mw_model_rank *rank, uint64_t ns);

#endif
