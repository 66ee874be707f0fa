/* SPDX-License-Identifier: MIT */
/* MPI_Wait, MPI_Test and the like are boundaries if they complete a started collective. Others are passed on
 * unrecorded: point-to-point programs call them all the time, and MPI_Test in loops. */
#ifndef MW_PMPI_MEASURE_COMPLETION_H
#define MW_PMPI_MEASURE_COMPLETION_H

#include "pmpi/abi/ops.h"

#include <stdint.h>

/* `real` is called with five words, and ignores surplus ones. Returns its result. */
int mw_completion(enum mw_op op, void *real, const uintptr_t arguments[5], void *return_address);

#endif
