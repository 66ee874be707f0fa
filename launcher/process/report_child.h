/* SPDX-License-Identifier: MIT */
/* Runs a function in a child process. If it fails there (out of memory, a crash on invalid data, SIGPIPE, Ctrl-C),
 * memwatch's exit status is still the command's. */
#ifndef MW_LAUNCHER_PROCESS_REPORT_CHILD_H
#define MW_LAUNCHER_PROCESS_REPORT_CHILD_H

#include "launcher/process/relay.h"
#include "launcher/process/spawn.h"

/* Runs `work` and waits for its end. Signals are passed on to the child, which has the dispositions that memwatch was
 * started with, but ignores SIGINT in its first second, and signals that only warn the job. Returns 0 if `work`
 * returned 0; 1 if it failed, its reader closed the pipe, or the user interrupted it; -1 if it was killed, which is
 * reported on stderr. */
int mw_report_child_run(int (*work)(void *context), void *context, struct mw_relay *relay,
                        const struct mw_spawn_inherit *inherit);

/* Waits for the end of a child, and passes signals on to it; other children are reaped meanwhile. Returns its status as
 * wait(2) gives it. */
int mw_report_child_wait(pid_t pid, struct mw_relay *relay);

#endif
