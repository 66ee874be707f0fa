/* SPDX-License-Identifier: MIT */
/* When a phase was active, as far as it is recorded: only the first and the last occurrence, their number and their total
 * time are known. Charts show the share of the time between these two that was spent in the phase. */
#ifndef MW_COLLECTOR_MODEL_PHASE_SPAN_H
#define MW_COLLECTOR_MODEL_PHASE_SPAN_H

#include "collector/model/model.h"

struct mw_phase_span {
    uint64_t first_ns, last_ns; /* on the job's clock: start of the first occurrence, and known end of the last one */
    uint64_t occurrences;       /* including one that has not ended */
    double share;               /* of the time between, 0 to 1; 1 for one occurrence */
};

struct mw_phase_span mw_phase_span_of(const struct mw_model_rank *rank, const struct mw_model_phase *phase);

/* Over all ranks with the phase `merged`: from the earliest start to the latest end; occurrences are of the rank with the
 * most, the share is the mean. */
struct mw_phase_span mw_phase_span_merged(const struct mw_model *model, uint32_t merged);

#endif
