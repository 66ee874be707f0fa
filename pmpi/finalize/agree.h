/* SPDX-License-Identifier: MIT */
/* Agreement of the ranks of an MPI_COMM_WORLD on one host: do all of them record, and are they all in MPI_Finalize?
 *
 * An additional collective would hang the job if one rank has no shim (a static binary, env -u LD_PRELOAD), and an
 * additional message on MPI_COMM_WORLD could match a wildcard receive of a rank that still computes. So the ranks of one
 * host agree without MPI, through their journals in the run directory: every rank sets READY, and COMMITTED when it has seen
 * that all are READY. COMMITTED is final, and READY becomes DECLINED only while some ranks are missing. So either all ranks
 * end up COMMITTED, or none gathers. */
#ifndef MW_PMPI_FINALIZE_AGREE_H
#define MW_PMPI_FINALIZE_AGREE_H

#include "pmpi/finalize/peers.h"

#include <stdbool.h>

/* Waits for the decision, as long as MPI_Finalize itself would while all ranks are alive; gives up early if a rank is
 * missing on this host. */
bool mw_agree_to_gather(void);

/* Declines immediately, whatever the other ranks decide. */
void mw_agree_decline(void);

/* For ranks on several hosts (pmpi/finalize/agree_hosts.h): the first one sets READY, the second one sets COMMITTED when all
 * gather. */
void mw_agree_ready(void);
void mw_agree_commit(void);

/* Whether all of `peers` are READY: 1 yes, 0 not yet, -1 one never will be. */
int mw_agree_check(const struct mw_peers *peers);

#endif
