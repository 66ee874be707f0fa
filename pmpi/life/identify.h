/* SPDX-License-Identifier: MIT */
/* Writes the rank's number, world size and MPI library to its journal. Does nothing in a process without a journal. */
#ifndef MW_PMPI_LIFE_IDENTIFY_H
#define MW_PMPI_LIFE_IDENTIFY_H

/* From MPI_COMM_WORLD, after MPI_Init has returned. */
void mw_identify_by_world(void);

/* Without MPI_COMM_WORLD, after MPI_Session_init has returned: `rank` of `size` processes that were started
 * together. Does not query MPI's thread level, since any thread may use a session, nor whether the process was
 * spawned. */
void mw_identify_as(int rank, int size);

#endif
