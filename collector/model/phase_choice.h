/* SPDX-License-Identifier: MIT */
/* Which phases a reader should see first: those that explain where memory came from.
 *
 * A phase explains memory by growth that stayed (or was given back), by a rise that came and went, and last by its height:
 * after a program has grown, every later phase is high and explains nothing. */
#ifndef MW_COLLECTOR_MODEL_PHASE_CHOICE_H
#define MW_COLLECTOR_MODEL_PHASE_CHOICE_H

#include "collector/model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes that changed in the phase and stayed changed, in the rank where they were most. */
uint64_t mw_phase_choice_growth(const struct mw_model_merged_phase *phase);

/* Bytes by which its peak is above what the phase began and ended with: an estimate, from the highest values of all ranks. */
uint64_t mw_phase_choice_rise(const struct mw_model_merged_phase *phase);

/* Sets `chosen` for at most `most` of the phases for which `among` is set, of model->phase_count flags each; all others are
 * cleared. Half of the places go to growth, the rest to rises, and what is left to more growth, then to height (of
 * those about as high, to the longest). The highest of them is always chosen. */
void mw_phase_choice_make(const struct mw_model *model, const bool *among, size_t most, bool *chosen);

#endif
