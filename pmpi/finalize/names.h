/* SPDX-License-Identifier: MIT */
/* Names published at the MPI launcher for other ranks, by MPI's name service (MPI_Publish_name, MPI_Lookup_name).
 *
 * A lookup needs no other rank. A collective that one rank never joins cannot be cancelled: MPICH and UCX report it on
 * stderr, or hang in MPI_Finalize. A message on MPI_COMM_WORLD could match a wildcard receive. Both Open MPI's mpirun and
 * Hydra answer within a millisecond, also for a name that does not exist. */
#ifndef MW_PMPI_FINALIZE_NAMES_H
#define MW_PMPI_FINALIZE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether this rank was started by a launcher that is known to serve names. */
bool mw_names_are_served(void);

/* Neither name nor value may contain a blank; a value has at most 255 bytes (MPICH's MPI_MAX_PORT_NAME). Returns false on
 * failure. Errors never reach the program's error handlers. */
bool mw_names_publish(const char *name, const char *value);
void mw_names_unpublish(const char *name, const char *value);

/* Returns false if the name is not published (yet). */
bool mw_names_lookup(const char *name, char *value, size_t size);

#endif
