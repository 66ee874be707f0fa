/* SPDX-License-Identifier: MIT */
/* Runs a piece of work in a child process. Whatever happens to it there (out of memory, a crash over hostile data, a
 * reader of stderr that went away, an impatient Ctrl-C), memwatch's own exit status stays the command's. */
#ifndef MW_LAUNCHER_PROCESS_REPORT_CHILD_H
#define MW_LAUNCHER_PROCESS_REPORT_CHILD_H

#include "launcher/process/relay.h"
#include "launcher/process/spawn.h"

/* Waits for its end. Signals go to the child, which has those dispositions that
 * memwatch was started with, but takes no SIGINT within its first second, and none that only warn the job. Returns 0
 * when `work` returned 0; 1 when it failed, or its reader went away, or the user interrupted it; -1 when it came to a
 * violent end, which is told on stderr. */
int mw_report_child_run(int (*work)(void *context), void *context, struct mw_relay *relay,
                 const struct mw_spawn_inherit *inherit);

/* Waits for the end of a child, and passes signals on to it; other children are collected meanwhile. Returns its status
 * as wait(2) gives it. */
int mw_report_child_wait(pid_t pid, struct mw_relay *relay);

#endif
