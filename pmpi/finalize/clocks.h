/* SPDX-License-Identifier: MIT */
/* Compares the monotonic clocks of hosts with that of rank 0's, over the communicator of the gather. */
#ifndef MW_PMPI_FINALIZE_CLOCKS_H
#define MW_PMPI_FINALIZE_CLOCKS_H

#include <stdint.h>

/* On rank 0: with each of `count` other hosts, whose first ranks these are, one after another. */
void mw_clocks_ask(uintptr_t comm, const int *firsts, int count);

/* On these ranks. What was found out is noted in the rank's journal (mw_state.clock_shift_ns). */
void mw_clocks_answer(uintptr_t comm);

#endif
