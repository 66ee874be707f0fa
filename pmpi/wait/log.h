/* SPDX-License-Identifier: MIT */
/* Appends to the wait log (collector/view/wait_log.h). Keeps nothing open and changes no memory after the start, so that it
 * may be called in signal handlers, beside a fork or in a child of vfork(). */
#ifndef MW_PMPI_WAIT_LOG_H
#define MW_PMPI_WAIT_LOG_H

#include <stdbool.h>
#include <sys/types.h>

/* Where the log is, by the environment. Returns false when this process belongs to no run. Called once, at the start. */
bool mw_wait_log_init(bool is_starter);

/* `pid`, a child of ours, was collected with that status. Does nothing where it cannot be written. Keeps errno. */
void mw_wait_log_add(pid_t pid, int wait_status);

#endif
