/* SPDX-License-Identifier: MIT */
/* --kill-over: a job whose sample is over a limit is ended at once. Looks at the processes of this host. */
#ifndef MW_LAUNCHER_RUN_KILL_OVER_H
#define MW_LAUNCHER_RUN_KILL_OVER_H

#include "collector/findings/gates.h"
#include "launcher/run/live.h"
#include "launcher/sample/sampler.h"

struct mw_kill_over {
    const struct mw_gates *gates; /* NULL: nothing is ended */
    uint64_t kill_ns;             /* when grace ends; 0: nothing is over; UINT64_MAX: all was done */
};

/* After each sample. The first one that is over is noted in the view, and `command` gets SIGTERM; when it still runs after
 * the grace (5 s), all of the job's processes on this host get SIGKILL. Both are said on stderr, where `live` makes way. */
void mw_kill_over_check(struct mw_kill_over *over, struct mw_sampler *sampler, struct mw_live *live, pid_t command);

#endif
