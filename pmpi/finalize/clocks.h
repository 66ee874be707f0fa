/* SPDX-License-Identifier: MIT */
/* Compares the monotonic clocks of hosts with the one of rank 0's host, over the communicator of the gather. */
#ifndef MW_PMPI_FINALIZE_CLOCKS_H
#define MW_PMPI_FINALIZE_CLOCKS_H

#include <stdint.h>

/* To be called on rank 0: compares with `count` other hosts, whose first ranks are `firsts`, one after another. */
void mw_clocks_compare(uintptr_t comm, const int *firsts, int count);

/* To be called on these ranks. Stores the result in the rank's journal (mw_state.clock_shift_ns). */
void mw_clocks_answer(uintptr_t comm);

#endif
