/* SPDX-License-Identifier: MIT */
/* The largest rises of memory inside calls, with their stacks. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_SPIKES_H
#define MW_PMPI_MEASURE_SPIKES_H

#include "collector/journal/record.h"

/* Stores `spike` (`frames` and `seq` are ignored) if it is among the largest. `return_address`: of the wrapper,
 * which is on the stack. */
void mw_spikes_note(const struct mw_spike *spike, void *return_address);

#endif
