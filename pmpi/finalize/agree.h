/* SPDX-License-Identifier: MIT */
/* Do all ranks of an MPI_COMM_WORLD on one host record, and are they all in MPI_Finalize?
 *
 * A collective of ours hangs the job when one rank has no shim (a static binary, env -u LD_PRELOAD), and a message of
 * ours on MPI_COMM_WORLD could be taken by a wildcard receive of a rank that still computes. So ranks of one host
 * agree without MPI, through their journals in the run directory: every rank says READY, and COMMITTED when it has
 * seen all READY. COMMITTED is never taken back, and READY becomes DECLINED only while not all are there, so either all
 * end up COMMITTED or none gathers. */
#ifndef MW_PMPI_FINALIZE_AGREE_H
#define MW_PMPI_FINALIZE_AGREE_H

#include "pmpi/finalize/peers.h"

#include <stdbool.h>

/* Waits until it is decided. Waits as long as MPI_Finalize itself would, while all ranks live; gives up soon when a
 * rank is missing here. */
bool mw_agree_to_gather(void);

/* Says at once that this rank will not, whatever the others want. */
void mw_agree_not(void);

/* For ranks on several hosts (pmpi/finalize/agree_hosts.h): says READY, and COMMITTED when all gather. */
void mw_agree_ready(void);
void mw_agree_commit(void);

/* Whether all of `peers` are READY: 1, 0 not yet, -1 one never will be. */
int mw_agree_look(const struct mw_peers *peers);

#endif
