/* SPDX-License-Identifier: MIT */
/* Whether a process has begun to end. Like the log: without memory of its own, and it keeps no descriptor. */
#ifndef MW_PMPI_WAIT_STATE_H
#define MW_PMPI_WAIT_STATE_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns false if it is exiting or dumping core or has ended, if a fatal signal is pending, or if its state cannot be read. */
bool mw_wait_state_runs(pid_t pid);

#endif
