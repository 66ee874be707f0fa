/* SPDX-License-Identifier: MIT */
/* Gathers the journals of MPI_COMM_WORLD on rank 0 by MPI_Gatherv, in pieces of bounded size, from one host or several. */
#ifndef MW_PMPI_FINALIZE_GATHER_H
#define MW_PMPI_FINALIZE_GATHER_H

#include <stdbool.h>

/* To be called by every rank in MPI_Finalize. First agrees with the other ranks (pmpi/finalize/agree.h, agree_hosts.h); does
 * nothing if ranks are missing. Rank 0 stores the packed journals, by rank, in the run directory (MW_FILE_GATHERED), and
 * without a launcher starts the report. Uses at most MW_GATHER_BYTES of memory on rank 0, plus 20 bytes per rank. Returns
 * whether it waited for other ranks. */
#ifndef MW_GATHER_BYTES /* a test makes it small */
#define MW_GATHER_BYTES (8u << 20)
#endif
/* Number of ranks that send in one round. */
#ifndef MW_GATHER_RANKS
#define MW_GATHER_RANKS 256
#endif
bool mw_gather_to_rank_0(void);

#endif
