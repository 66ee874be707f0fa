/* SPDX-License-Identifier: MIT */
/* Brings the journals of an MPI_COMM_WORLD on several hosts together, where no agent does so.
 *
 * Without any collective of MPI, and no message: the first rank of each host speaks for its host. Rank 0 listens on a
 * TCP port and leaves its address with the MPI launcher (pmpi/finalize/names.h); the others connect, say which ranks they bring
 * and whether these reach the launcher anyway, and send what is missing there. What does not come in time is left out:
 * nothing can hang, and no rank without the library is waited for longer than the limits below. The port takes nobody
 * who does not know a secret that stands with the address.
 *
 * A job all of whose records reach the launcher exchanges a few words and no records. */
#ifndef MW_PMPI_FINALIZE_ACROSS_H
#define MW_PMPI_FINALIZE_ACROSS_H

#include <stdbool.h>

/* How long the others may be missing: where all that is here reaches the launcher anyway, and else. */
#ifndef MW_ACROSS_SAFE_S
#define MW_ACROSS_SAFE_S 2
#define MW_ACROSS_UNSAFE_S 15
#endif
/* All transfers together; of one host. */
#define MW_ACROSS_TRANSFERS_S 60
#define MW_ACROSS_HOST_S 30

/* To be called by every rank in MPI_Finalize, after mw_agree_ready(). `name`: of the gathered record in the run
 * directory. On rank 0 it tells whether that holds every rank; elsewhere false. Journals that are safe there and would
 * reach nobody are removed. */
bool mw_across_gather(const char *name);

/* Says on stderr where the whole record is, when that is not the launcher's host and nobody brings it there. */
void mw_across_say_where(const char *name);

#endif
