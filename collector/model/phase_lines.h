/* SPDX-License-Identifier: MIT */
/* Which lines held the most at the peaks of phases with names: of each phase at its own peak, in the rank that was fullest
 * then. */
#ifndef MW_COLLECTOR_MODEL_PHASE_LINES_H
#define MW_COLLECTOR_MODEL_PHASE_LINES_H

#include "collector/model/heap_largest.h"

struct mw_phase_lines {
    const struct mw_model_merged_phase *phase;
    uint32_t rank; /* index: of the ranks with lists the one with the highest peak in the phase */
    const struct mw_model_heap_phase *heap;
    struct mw_heap_largest *lines; /* the largest first */
    size_t count;
    bool is_of_peak; /* the largest lines are those of the rank's peak, and about as large */
};

/* The phases of which lines are known, in the order of model->phases. Sets *count. */
struct mw_phase_lines *mw_phase_lines_make(const struct mw_model *model, size_t *count);
void mw_phase_lines_free(struct mw_phase_lines *phases, size_t count);

/* What a line may have held more: only the largest sites of a phase are recorded. */
uint64_t mw_phase_lines_missing(const struct mw_model *model, const struct mw_phase_lines *phase,
                                const struct mw_heap_largest *line);

#endif
