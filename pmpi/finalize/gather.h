/* SPDX-License-Identifier: MIT */
/* Brings the journals of MPI_COMM_WORLD to rank 0 by MPI_Gather, in pieces of bounded size, on one host as on several. */
#ifndef MW_PMPI_FINALIZE_GATHER_H
#define MW_PMPI_FINALIZE_GATHER_H

#include <stdbool.h>

/* To be called by every rank in MPI_Finalize. Agrees first (pmpi/finalize/agree.h, agree_hosts.h); where ranks are missing it does nothing.
 * Rank 0 stores the packed journals, by rank, in the run directory (MW_FILE_GATHERED), and without a
 * launcher sees to the report. Takes at most MW_GATHER_BYTES of memory on rank 0, whatever the number of ranks, and
 * 20 bytes for each. Returns whether it waited for other ranks. */
#ifndef MW_GATHER_BYTES /* a test makes it small */
#define MW_GATHER_BYTES (8u << 20)
#endif
/* Ranks that send in one round. */
#ifndef MW_GATHER_RANKS
#define MW_GATHER_RANKS 256
#endif
bool mw_gather_to_rank_0(void);

#endif
