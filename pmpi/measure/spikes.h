/* SPDX-License-Identifier: MIT */
/* The largest rises inside calls, with their stacks. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_SPIKES_H
#define MW_PMPI_MEASURE_SPIKES_H

#include "collector/journal/record.h"

/* Keeps `spike` (frames and seq not filled in) when it is among the largest; `return_address` is that of the wrapper
 * that is still on the stack. */
void mw_spikes_note(const struct mw_spike *spike, void *return_address);

#endif
