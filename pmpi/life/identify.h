/* SPDX-License-Identifier: MIT */
/* Fills in who this rank is, in its journal. Does nothing in a process that keeps none. */
#ifndef MW_PMPI_LIFE_IDENTIFY_H
#define MW_PMPI_LIFE_IDENTIFY_H

/* By MPI_COMM_WORLD, when MPI_Init has returned. */
void mw_identify_by_world(void);

/* Without it, when MPI_Session_init has returned: `rank` of `size` processes that were started together. Which thread
 * level MPI has is not asked: a session may be used by any thread. Nor is whether the process was spawned. */
void mw_identify_as(int rank, int size);

#endif
