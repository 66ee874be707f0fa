/* SPDX-License-Identifier: MIT */
/* How a rank came to its peak: what it had before MPI began, what each phase and its beginning added and kept, what rose at
 * last.
 *
 * Made of what the rank measured itself. Growth that cannot be placed before the peak is not made up: it is part of the step
 * "other phases and calls", which is what is missing to the next known reading. All steps together are the peak. */
#ifndef MW_COLLECTOR_MODEL_WATERFALL_H
#define MW_COLLECTOR_MODEL_WATERFALL_H

#include "collector/model/model.h"

#include <stddef.h>
#include <stdint.h>

enum mw_waterfall_kind {
    MW_WATERFALL_START, /* RSS on the way into MPI_Init or the first session */
    MW_WATERFALL_CALL,  /* growth inside of these */
    MW_WATERFALL_PHASE, /* growth of a phase that ended before the peak */
    MW_WATERFALL_OTHER, /* what is missing to the next reading that is known */
    MW_WATERFALL_RISE   /* from the entry of the peak's own phase or call to the peak; OTHER is part of it when that entry
                           is not known */
};

struct mw_waterfall_step {
    enum mw_waterfall_kind kind;
    uint32_t phase; /* index in rank->phases, of a PHASE; otherwise MW_MODEL_NONE */
    int64_t bytes;
};

#define MW_WATERFALL_STEPS 12

struct mw_waterfall {
    struct mw_waterfall_step steps[MW_WATERFALL_STEPS]; /* in order of time; they add up to the peak */
    size_t count;
    bool split; /* OTHER and RISE are known apart */
};

/* Returns the steps of a rank whose details are there (mw_model_rank.has_details); count is 0 where too little is known: no
 * peak of its own, or no reading there. */
struct mw_waterfall mw_waterfall_make(const struct mw_model_rank *rank);

#endif
