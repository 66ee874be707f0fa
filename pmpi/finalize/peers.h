/* SPDX-License-Identifier: MIT */
/* The other ranks of this world on this host, seen through their journals in the run directory. */
#ifndef MW_PMPI_FINALIZE_PEERS_H
#define MW_PMPI_FINALIZE_PEERS_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* Journals, mapped read-only, this rank's own among them. */
struct mw_peers {
    const struct mw_record_head **heads;
    int count;
};

/* Maps those that lie here now, up to `room`. None when the run directory is not open. */
struct mw_peers mw_peers_map(int room);

/* The same, waiting until there are `wanted` of them, at most for `limit_ns` nanoseconds: a rank without the library has
 * none. Journals are made before MPI_Init returns anywhere, so this only covers an MPI_Init that does not synchronize. */
struct mw_peers mw_peers_wait(int wanted, int room, uint64_t limit_ns);

void mw_peers_unmap(struct mw_peers *peers);

const struct mw_ident *mw_peers_ident(const struct mw_record_head *head);
const struct mw_state *mw_peers_state(const struct mw_record_head *head);

/* What it has decided about the gather (mw_state.decision). */
uint32_t mw_peers_decision(const struct mw_record_head *head);

/* Its process has ended. */
bool mw_peers_is_gone(const struct mw_record_head *head);

/* Sleeps, but not without MPI and not for long: another rank may still need this one's side of a transfer to get to its
 * own end. */
void mw_peers_pause(long us);

/* How many ranks the MPI launcher says it started on this host; INT_MAX when it says nothing. */
int mw_peers_started_here(void);

#endif
