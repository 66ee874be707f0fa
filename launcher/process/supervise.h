/* SPDX-License-Identifier: MIT */
/* Runs work in a child process, and once more where the child was killed (by the OOM killer, by a hand on another host). */
#ifndef MW_LAUNCHER_PROCESS_SUPERVISE_H
#define MW_LAUNCHER_PROCESS_SUPERVISE_H

#include <stdbool.h>

#define MW_SUPERVISE_TRIES 4

/* Calls work(context, again) in a child until one child ends by itself, MW_SUPERVISE_TRIES times at most; `again` is false in
 * the first one. SIGTERM, SIGINT and SIGHUP are passed on. Returns what `work` returned; 1 when all were killed. Where no
 * child can be had, the work is done here. */
int mw_supervise_run(int (*work)(void *context, bool again), void *context);

#endif
