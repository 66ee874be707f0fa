/* SPDX-License-Identifier: MIT */
/* Chooses the phases that explain where memory came from.
 *
 * A phase explains memory by growth that stayed (or was released), by a temporary rise, and last by its level: after a
 * program has grown, every later phase has a high level, which explains nothing. */
#ifndef MW_COLLECTOR_MODEL_PHASE_CHOICE_H
#define MW_COLLECTOR_MODEL_PHASE_CHOICE_H

#include "collector/model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* Lasting change in the phase in bytes, in the rank where it is largest. */
uint64_t mw_phase_choice_growth(const struct mw_model_merged_phase *phase);

/* Bytes by which its peak is above the start and end of the phase: an estimate from the highest values of all ranks. */
uint64_t mw_phase_choice_rise(const struct mw_model_merged_phase *phase);

/* Sets `chosen` for at most `most` of the phases for which `among` is set, of model->phase_count flags each; all others are
 * cleared. Half of the places go to growth, the rest to rises, the remainder to more growth, then to the level (among
 * similar ones to the longest). The phase with the highest peak is always chosen. */
void mw_phase_choice_make(const struct mw_model *model, const bool *among, size_t most, bool *chosen);

#endif
