/* SPDX-License-Identifier: MIT */
/* The stage of this rank in its journal. Only this file writes it. A stage never goes back, with one exception: a
 * session that begins after all have ended. MW_STAGE_ABORTED is final (MPI_Abort returns in some MPI libraries). */
#ifndef MW_PMPI_RANK_STAGE_H
#define MW_PMPI_RANK_STAGE_H

#include "collector/journal/record.h"

/* Raises the rank's stage to `stage`; does nothing if it is as high already. Safe in any thread and signal handler. */
void mw_stage_reach(enum mw_stage stage);

/* From MW_STAGE_FINALIZED back to MW_STAGE_RUNNING; does nothing in any other stage. */
void mw_stage_resume(void);

/* Records a call of MPI_Abort(code), inside another call or not; the first call's code and time are kept. Does
 * nothing in a process without a journal. */
void mw_stage_abort(int code);

#endif
