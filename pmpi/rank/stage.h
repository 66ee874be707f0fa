/* SPDX-License-Identifier: MIT */
/* The stage of this rank in its journal. Only this file writes it: a stage never goes back, but for a
 * session that begins after all have ended, and MW_STAGE_ABORTED, the last one, stays whatever follows (MPI_Abort returns
 * in some MPI libraries). */
#ifndef MW_PMPI_RANK_STAGE_H
#define MW_PMPI_RANK_STAGE_H

#include "collector/journal/record.h"

/* Raises the rank's stage to `stage`; does nothing when it is further already. Safe in any thread and signal handler. */
void mw_stage_reach(enum mw_stage stage);

/* From MW_STAGE_FINALIZED back to MW_STAGE_RUNNING; does nothing in any other stage. */
void mw_stage_resume(void);

/* MPI_Abort(code) was called, inside another call or not: the first one's code and time are kept. Does nothing in a
 * process that keeps no journal. */
void mw_stage_abort(int code);

#endif
