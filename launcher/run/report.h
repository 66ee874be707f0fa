/* SPDX-License-Identifier: MIT */
/* What a run prints and writes at its end, and the status that it ends with. */
#ifndef MW_LAUNCHER_RUN_REPORT_H
#define MW_LAUNCHER_RUN_REPORT_H

#include "launcher/run/job.h"

#include <stdbool.h>

/* Makes the reports that the options ask for, and checks the limits, in a child process. Data that could not be reported is kept
 * (job->unreported), unless stderr or the pipe was closed by the reader. */
void mw_run_report_make(struct mw_job *job);

/* The exit status: the command's, unless the command succeeded or memwatch ended it, and a limit was exceeded. */
int mw_run_report_status(const struct mw_job *job);

/* Prints what is kept, unless the caller of the run takes it over. Returns whether something is kept. */
bool mw_run_report_kept(const struct mw_job *job);

#endif
