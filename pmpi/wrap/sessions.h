/* SPDX-License-Identifier: MIT */
/* MPI begins and ends in a process: MPI_Init once, and MPI 4's sessions, several of them, in turn and at the same time, with
 * MPI_Init or without. A rank's record begins with the first of them and ends with the last; a session that is opened
 * later goes on with the same record. */
#ifndef MW_PMPI_WRAP_SESSIONS_H
#define MW_PMPI_WRAP_SESSIONS_H

#include <stdbool.h>

/* On the way into MPI_Init or MPI_Session_init, in any thread, and on the way out. begin() returns whether the record begins
 * with this call. */
bool mw_sessions_begin(void);
void mw_sessions_begun(bool failed);

/* MPI_Init has returned well: after begun(). */
void mw_sessions_world_opened(void);

/* MPI_Finalize has returned. Ends the record when no session is open any more. */
void mw_sessions_world_closed(void);

#endif
