/* SPDX-License-Identifier: MIT */
/* Appends to the wait log (collector/view/wait_log.h). Keeps no descriptor open and changes no memory after the
 * start, so it may be called in signal handlers, during a fork, and in a child of vfork(). */
#ifndef MW_PMPI_WAIT_LOG_H
#define MW_PMPI_WAIT_LOG_H

#include <stdbool.h>
#include <sys/types.h>

/* Finds the log's directory from the environment. Returns false if this process does not belong to a run. Call it
 * once, at the start. */
bool mw_wait_log_init(bool is_starter);

/* Logs that the child `pid` was reaped with this status. Does nothing if the log cannot be written. Keeps errno. */
void mw_wait_log_add(pid_t pid, int wait_status);

/* Logs that `pid` is running, unless it has begun to end or got a fatal signal. For starters: they are about to send it
 * `signo`. Otherwise the same. */
void mw_wait_log_running(pid_t pid, int signo);

#endif
