/* SPDX-License-Identifier: MIT */
/* Counts the uses of MPI in a process: MPI_Init once, and any number of MPI 4 sessions, one after the other or at
 * the same time, with or without MPI_Init. A rank's record begins with the first and ends with the last of them; a
 * later session resumes it. */
#ifndef MW_PMPI_WRAP_SESSIONS_H
#define MW_PMPI_WRAP_SESSIONS_H

#include <stdbool.h>

/* Call these on entering and on leaving MPI_Init or MPI_Session_init, in any thread. mw_sessions_begin() returns
 * true if the record begins with this call. */
bool mw_sessions_begin(void);
void mw_sessions_begun(bool failed);

/* Call it after mw_sessions_begun() if MPI_Init has succeeded. */
void mw_sessions_world_opened(void);

/* Call it when MPI_Finalize has returned. Ends the record if no session is open. */
void mw_sessions_world_closed(void);

#endif
