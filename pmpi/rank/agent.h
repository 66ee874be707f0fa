/* SPDX-License-Identifier: MIT */
/* Each host other than the launcher's needs an agent, which samples there and sends the journals to the launcher. */
#ifndef MW_PMPI_RANK_AGENT_H
#define MW_PMPI_RANK_AGENT_H

#include <stdbool.h>

/* Whether this process runs on the launcher's host (by name). Also true without a launcher. */
bool mw_agent_is_launchers_host(void);

/* Call it before MPI_Init with the run directory's descriptor. On a host other than the launcher's, if the launcher
 * listens (MEMWATCH_CONNECT), starts one agent for this host. The agent holds the lock on agent-<host> through its
 * descriptor 3 as long as it lives. If it cannot be started, one message per host is logged and the job goes on. */
void mw_agent_start(int dirfd);

/* Whether the launcher gets the files in the run directory without this rank: it is the launcher's directory, or an
 * agent is connected. */
bool mw_agent_reaches_launcher(int dirfd);

/* Whether the reader of the run directory can attach shared memory segments of this process. True for the launcher
 * in the same IPC namespace (MEMWATCH_IPC has its number) and for an agent of this host; false for the launcher of
 * another host that shares the directory, on a network file system, and with MEMWATCH_IPC=none. */
bool mw_agent_can_attach(int dirfd);

/* Whether this host has an agent, connected or not. */
bool mw_agent_runs(int dirfd);

/* Removes the files of this host's agent, unless an agent still holds the lock. */
void mw_agent_remove_files(int dirfd);

#endif
