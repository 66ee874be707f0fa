/* SPDX-License-Identifier: MIT */
/* A host that is not the launcher's needs an agent: it samples there, and brings the journals to the launcher. */
#ifndef MW_PMPI_RANK_AGENT_H
#define MW_PMPI_RANK_AGENT_H

#include <stdbool.h>

/* Whether this process runs on the launcher's host, by its name. Also true without a launcher. */
bool mw_agent_is_launchers_host(void);

/* To be called before MPI_Init, with the run directory's descriptor. On another host than the launcher's, where the
 * launcher listens (MEMWATCH_CONNECT), starts one agent for this host: the lock on agent-<host>, which the agent keeps
 * as its descriptor 3 for as long as it lives, tells that there is one. That there is none to start is said once on
 * each host; the job goes on. */
void mw_agent_start(int dirfd);

/* Whether what lies in the run directory reaches the launcher without this rank: it is the launcher's own, or an agent
 * says that it is connected. */
bool mw_agent_reaches_launcher(int dirfd);

/* Whether this host has an agent, connected or not. */
bool mw_agent_runs(int dirfd);

/* Whether whoever reads journals in the run directory can attach shared memory segments of this process: the launcher, when it
 * is in this process's IPC namespace (MEMWATCH_IPC has its number), or an agent of this host. Not the launcher of another
 * host that shares the directory, nor whoever reads it on a network file system afterwards. MEMWATCH_IPC=none: nobody. */
bool mw_agent_attaches(int dirfd);

/* Removes what an agent of this host left, unless one still holds the lock. */
void mw_agent_forget(int dirfd);

#endif
