/* SPDX-License-Identifier: MIT */
/* Agreement of the ranks of an MPI_COMM_WORLD on several hosts: do all of them record, and are they all in MPI_Finalize?
 *
 * As on one host (pmpi/finalize/agree.h), no collective may wait for a rank without the library, and no additional message
 * may match a wildcard receive. So hosts agree through names published at the MPI launcher (pmpi/finalize/names.h), which
 * every rank can look up:
 *
 *   present-<rank>   all ranks of a host have a journal, and <rank>, the lowest of them, is in MPI_Finalize
 *   soon-<rank>      the same, published by the second-lowest rank of the host
 *   open             rank 0 is in MPI_Finalize, and will decide
 *   ready-<rank>     all ranks of that host are in MPI_Finalize, and will follow the decision of rank 0
 *   veto-<rank>      that host will never be ready; rank 0's host publishes it if it decides not to gather
 *   decision         by rank 0: whether to gather, which requires that all hosts are ready
 *
 * The lowest rank of a host publishes `ready` for it when all its ranks are READY in their journals, and stores the decision
 * of rank 0 in its own journal for them. A host that is ready only waits for that decision; a host that cannot become ready
 * vetoes. So either all ranks gather or none does. */
#ifndef MW_PMPI_FINALIZE_AGREE_HOSTS_H
#define MW_PMPI_FINALIZE_AGREE_HOSTS_H

#include <stdbool.h>

/* How long to wait for a host that has published nothing: if all records of this host reach the launcher anyway, and
 * otherwise. A host whose ranks have no library never publishes anything. */
#ifndef MW_AGREE_SAFE_S
#define MW_AGREE_SAFE_S 2
#define MW_AGREE_UNSAFE_S 15
#endif
/* How long hosts that are present may still compute; MPI_Finalize waits for them, too. */
#ifndef MW_AGREE_READY_S
#define MW_AGREE_READY_S 600
#endif

struct mw_agree_hosts {
    bool is_first; /* this rank is the lowest of its host */
    int *firsts;   /* on rank 0: the lowest rank of each other host; owned by the caller (free()) */
    int count;
};

/* Whether the records are to be gathered: the same result on all ranks. Also false if all records reach the launcher anyway.
 * If the records of a host then stay there, its first rank prints their location on stderr. */
bool mw_agree_hosts(struct mw_agree_hosts *hosts);

#endif
