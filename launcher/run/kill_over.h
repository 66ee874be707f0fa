/* SPDX-License-Identifier: MIT */
/* --kill-over: ends a job as soon as a sample exceeds a limit. Checks the processes of this host. */
#ifndef MW_LAUNCHER_RUN_KILL_OVER_H
#define MW_LAUNCHER_RUN_KILL_OVER_H

#include "collector/findings/gates.h"
#include "launcher/run/live.h"
#include "launcher/sample/sampler.h"

struct mw_kill_over {
    const struct mw_gates *gates; /* NULL: never end the job */
    uint64_t kill_ns;             /* end of the grace period; 0: no limit exceeded; UINT64_MAX: processes were killed */
};

/* Call after each sample. If a limit is exceeded, notes the first process in the view and sends `command` SIGTERM; if
 * it still runs after the grace period (5 s), sends all of the job's processes on this host SIGKILL. Reports both on
 * stderr, after clearing `live`. */
void mw_kill_over_check(struct mw_kill_over *over, struct mw_sampler *sampler, struct mw_live *live, pid_t command);

#endif
