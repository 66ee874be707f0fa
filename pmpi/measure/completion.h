/* SPDX-License-Identifier: MIT */
/* MPI_Wait, MPI_Test and their kin: boundaries when they complete a collective that was started before, and otherwise
 * passed on without a word (point-to-point programs call them all the time, and MPI_Test in loops). */
#ifndef MW_PMPI_MEASURE_COMPLETION_H
#define MW_PMPI_MEASURE_COMPLETION_H

#include "pmpi/abi/ops.h"

#include <stdint.h>

/* `next` is called with five words, of which it takes as many as it has. Returns its result. */
int mw_completion(enum mw_op op, void *real, const uintptr_t arguments[5], void *return_address);

#endif
