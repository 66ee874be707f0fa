/* SPDX-License-Identifier: MIT */
/* MPI_Wait, MPI_Test and the like. If they complete a started collective, they are calls of that collective, "...+Wait"; MPI_Test
 * is counted then only when it does. All others, for messages, are calls with their own name; the requests are not looked at. */
#ifndef MW_PMPI_MEASURE_COMPLETION_H
#define MW_PMPI_MEASURE_COMPLETION_H

#include "pmpi/abi/ops.h"

#include <stdint.h>

/* `real` is called with five words, and ignores surplus ones. Returns its result. */
int mw_completion(enum mw_op op, void *real, const uintptr_t arguments[5], void *return_address);

#endif
