/* SPDX-License-Identifier: MIT */
/* Runs a function in a child process, and again if the child was killed (by the OOM killer, or by a user on another
 * host). */
#ifndef MW_LAUNCHER_PROCESS_SUPERVISE_H
#define MW_LAUNCHER_PROCESS_SUPERVISE_H

#include <stdbool.h>

#define MW_SUPERVISE_TRIES 4

/* Calls work(context, again) in a child until one exits by itself, at most MW_SUPERVISE_TRIES times; `again` is false
 * in the first one. SIGTERM, SIGINT and SIGHUP are passed on. Returns the return value of `work`; 1 if all children
 * were killed. If fork fails, calls it in this process. */
int mw_supervise_run(int (*work)(void *context, bool again), void *context);

#endif
