/* SPDX-License-Identifier: MIT */
/* Do all ranks of an MPI_COMM_WORLD on several hosts record, and are they all in MPI_Finalize?
 *
 * As on one host (pmpi/finalize/agree.h) a rank without the library must not be waited for in a collective, and no message of
 * ours may meet a wildcard receive. So hosts agree through names that the MPI launcher keeps (pmpi/finalize/names.h), and which
 * any rank may look up:
 *
 *   present-<rank>   all ranks of a host have a journal, and one of them is in MPI_Finalize: the lowest, which is <rank>
 *   soon-<rank>      the same, from the next one
 *   open             rank 0 is in MPI_Finalize, and will decide
 *   ready-<rank>     all ranks of that host are in MPI_Finalize, and will do what rank 0 decides
 *   veto-<rank>      that host will never be ready; rank 0's host says so when it decides not to gather
 *   decision         rank 0's: to gather, which takes all hosts to be ready, or not
 *
 * The lowest rank of a host writes `ready` for all of it when it has seen them all READY in their journals, and puts what rank 0
 * decides into its own journal for them. A host that is ready does nothing but wait for that; one that cannot be ready
 * vetoes. So either all ranks gather or none. */
#ifndef MW_PMPI_FINALIZE_AGREE_HOSTS_H
#define MW_PMPI_FINALIZE_AGREE_HOSTS_H

#include <stdbool.h>

/* How long a host may have said nothing: where all that is here reaches the launcher anyway, and otherwise. A host whose ranks
 * have no library never does. */
#ifndef MW_AGREE_SAFE_S
#define MW_AGREE_SAFE_S 2
#define MW_AGREE_UNSAFE_S 15
#endif
/* How long those that are present may still compute; MPI_Finalize waits for them, too. */
#ifndef MW_AGREE_READY_S
#define MW_AGREE_READY_S 600
#endif

struct mw_agree_hosts {
    bool is_first; /* this rank is the lowest of its host */
    int *firsts;   /* on rank 0: the lowest rank of each other host; free it */
    int count;
};

/* Whether the records are to be gathered: the same on all ranks. Also false when all reach the launcher anyway. The first rank
 * of a host whose records then reach nobody says on stderr where they are. */
bool mw_agree_hosts(struct mw_agree_hosts *hosts);

#endif
