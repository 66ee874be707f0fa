/* SPDX-License-Identifier: MIT */
/* Words left for other ranks with the MPI launcher, by MPI's name service (MPI_Publish_name, MPI_Lookup_name).
 *
 * No rank has to take part for another to ask: a collective that one rank never joins cannot be taken back, and MPICH
 * and UCX say so on stderr, or hang in MPI_Finalize; a message on MPI_COMM_WORLD could be taken by a wildcard receive.
 * Both Open MPI's mpirun and Hydra answer within a millisecond, also that there is no such name. */
#ifndef MW_PMPI_FINALIZE_NAMES_H
#define MW_PMPI_FINALIZE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a launcher that is known to answer has started this rank. */
bool mw_names_are_served(void);

/* Neither name nor value may have a blank; a value has at most 255 bytes (MPICH's MPI_MAX_PORT_NAME). False when it
 * cannot be done. No error reaches the program's error handlers. */
bool mw_names_publish(const char *name, const char *value);
void mw_names_unpublish(const char *name, const char *value);

/* False when nobody has published the name (yet). */
bool mw_names_lookup(const char *name, char *value, size_t size);

#endif
