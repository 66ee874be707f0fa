/* SPDX-License-Identifier: MIT */
/* The other ranks of this world on this host, read from their journals in the run directory. */
#ifndef MW_PMPI_FINALIZE_PEERS_H
#define MW_PMPI_FINALIZE_PEERS_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* Journals, mapped read-only, including that of this rank. */
struct mw_peers {
    const struct mw_record_head **heads;
    int count;
};

/* Maps the journals that exist now, up to `room`. Maps none if the run directory is not open. */
struct mw_peers mw_peers_map(int room);

/* The same, but waits until there are `wanted` of them, at most `limit_ns` nanoseconds: a rank without the library has none.
 * Journals are created before MPI_Init returns on any rank, so the wait only matters for an MPI_Init that does not
 * synchronize. */
struct mw_peers mw_peers_wait(int wanted, int room, uint64_t limit_ns);

void mw_peers_unmap(struct mw_peers *peers);

const struct mw_ident *mw_peers_ident(const struct mw_record_head *head);
const struct mw_state *mw_peers_state(const struct mw_record_head *head);

/* The rank's decision about the gather (mw_state.decision). */
uint32_t mw_peers_decision(const struct mw_record_head *head);

/* Whether its process has ended. */
bool mw_peers_is_gone(const struct mw_record_head *head);

/* Sleeps, but only briefly and while MPI makes progress: another rank may need this rank's side of a transfer before it can
 * reach its end. */
void mw_peers_pause(long us);

/* The number of ranks that, according to the MPI launcher, it started on this host; INT_MAX if unknown. */
int mw_peers_started_here(void);

#endif
