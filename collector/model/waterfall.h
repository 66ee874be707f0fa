/* SPDX-License-Identifier: MIT */
/* How a rank's memory reached its peak: the level before MPI started, the lasting growth of each phase, and the final rise.
 *
 * Uses only the rank's measurements. Growth that cannot be placed before the peak is not guessed: it is part of the step
 * "other phases and calls", the difference to the next known reading. The sum of all steps is the peak. */
#ifndef MW_COLLECTOR_MODEL_WATERFALL_H
#define MW_COLLECTOR_MODEL_WATERFALL_H

#include "collector/model/model.h"

#include <stddef.h>
#include <stdint.h>

enum mw_waterfall_kind {
    MW_WATERFALL_START, /* RSS on the way into MPI_Init or the first session */
    MW_WATERFALL_CALL,  /* growth inside of these */
    MW_WATERFALL_PHASE, /* growth of a phase that ended before the peak */
    MW_WATERFALL_OTHER, /* difference to the next known reading */
    MW_WATERFALL_RISE   /* from the entry of the peak's phase or call to the peak; includes OTHER if that entry is not known */
};

struct mw_waterfall_step {
    enum mw_waterfall_kind kind;
    uint32_t phase; /* index in rank->phases for a PHASE; else MW_MODEL_NONE */
    int64_t bytes;
};

#define MW_WATERFALL_STEPS 12

struct mw_waterfall {
    struct mw_waterfall_step steps[MW_WATERFALL_STEPS]; /* in order of time; they add up to the peak */
    size_t count;
    bool split; /* OTHER and RISE are separate */
};

/* Returns the steps of a rank with details (mw_model_rank.has_details); count is 0 if too little is known: no peak, or no
 * reading at the peak. */
struct mw_waterfall mw_waterfall_make(const struct mw_model_rank *rank);

#endif
