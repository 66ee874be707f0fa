/* SPDX-License-Identifier: MIT */
/* When a phase was on, as far as it is recorded: of its occurrences only the first and the last, their number and their
 * time in all are known. What is drawn of it is the share of the time between these that was spent in it. */
#ifndef MW_COLLECTOR_MODEL_PHASE_SPAN_H
#define MW_COLLECTOR_MODEL_PHASE_SPAN_H

#include "collector/model/model.h"

struct mw_phase_span {
    uint64_t first_ns, last_ns; /* on the job's clock: start of the first occurrence, end of the last one, or of what is
                                   known of it */
    uint64_t occurrences;       /* one that has not ended included */
    double share;               /* of the time between, 0 to 1: of one occurrence 1 */
};

struct mw_phase_span mw_phase_span_of(const struct mw_model_rank *rank, const struct mw_model_phase *phase);

/* Of all ranks that have the phase `merged`: from the first one's first to the last one's last; occurrences are those of
 * the rank with the most, the share is the mean. */
struct mw_phase_span mw_phase_span_merged(const struct mw_model *model, uint32_t merged);

#endif
