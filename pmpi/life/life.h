/* SPDX-License-Identifier: MIT */
/* The life of a record: it begins when MPI_Init or the first session is entered, and ends with MPI_Finalize or the
 * last session. */
#ifndef MW_PMPI_LIFE_LIFE_H
#define MW_PMPI_LIFE_LIFE_H

#include <stdbool.h>

/* Called on entering MPI_Init: creates the journal and opens everything that recording needs. On failure logs one
 * line, and the process continues unrecorded. */
void mw_life_begin(void);

/* The shim may be in the process twice, linked in and preloaded: the copy that is called first records. Call this
 * before recording or writing an exit entry: disables the copies behind this one. Returns false if another copy has
 * disabled this one. */
bool mw_life_is_first_copy(void);

/* Whether a job launcher's environment variables identify this process as a rank. */
bool mw_life_is_launched(void);

/* Called on entering MPI_Finalize, after its boundary was measured: gathers the journals to rank 0. */
void mw_life_gather(void);

/* Called when MPI_Finalize has returned, or the last session has ended. */
void mw_life_end(void);

/* Called when a session begins after mw_life_end(): continues the record. */
void mw_life_resume(void);

#endif
