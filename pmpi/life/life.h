/* SPDX-License-Identifier: MIT */
/* The life of a record: it begins on the way into MPI_Init or the first session, and ends with MPI_Finalize or the last
 * session. */
#ifndef MW_PMPI_LIFE_LIFE_H
#define MW_PMPI_LIFE_LIFE_H

#include <stdbool.h>

/* Called on the way into MPI_Init: makes the journal and opens everything that recording needs. On failure one line
 * goes to stderr and the process runs on unrecorded. */
void mw_life_begin(void);

/* The shim may be there twice, linked into the program and preloaded: the copy that is called first records. Whoever
 * records or leaves a record asks this first: the copies behind this one are told to stay out; false when this one was
 * told so itself. */
bool mw_life_is_first_copy(void);

/* Whether a job launcher's variables name this process as a rank. */
bool mw_life_is_launched(void);

/* Called on the way into MPI_Finalize, after its boundary was measured: gathers the journals to rank 0. */
void mw_life_gather(void);

/* Called when MPI_Finalize has returned, or the last session has ended. */
void mw_life_end(void);

/* MPI is used once more, by a session: the record goes on where mw_life_end() has ended it. */
void mw_life_resume(void);

#endif
