/* SPDX-License-Identifier: MIT */
/* What a run needs: files, the run directory, the sampler, the hub, the command's environment. */
#ifndef MW_LAUNCHER_RUN_RESOURCES_H
#define MW_LAUNCHER_RUN_RESOURCES_H

#include "collector/base/err.h"
#include "launcher/run/job.h"

/* Everything that can fail, before the command is started. Returns 0, or -1 with a line in err and nothing open. */
int mw_resources_open(struct mw_job *job, struct mw_err *err);

/* Closes all in reverse order; removes the run directory unless something is kept. */
void mw_resources_close(struct mw_job *job);

#endif
