/* SPDX-License-Identifier: MIT */
/* The launcher's end of the stream between hosts: agents on other hosts send their files, which are written into the
 * run directory under the same names.
 *
 * One thread, never blocking, everything behind one descriptor. Whoever can reach the port can cost us little: at most
 * 16 connections that have not proven themselves, for at most 5 s, with at most 1 KiB of memory each; nobody is told
 * anything without the run's secret; and what an agent may write is a short list (launcher/hosts/hub_files.h). */
#ifndef MW_LAUNCHER_HOSTS_HUB_H
#define MW_LAUNCHER_HOSTS_HUB_H

#include "collector/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct mw_hub;

/* Listens (on MEMWATCH_ADDRESS when that is set) and makes the run's secret. `run_dirfd` is borrowed. *hub is NULL when
 * this host has no address that another one could reach. Returns 0, or -1 with a line in err. */
int mw_hub_open(struct mw_hub **hub, int run_dirfd, struct mw_err *err);

/* Puts MEMWATCH_CONNECT and MEMWATCH_SECRET into the environment; without a hub (NULL) takes them out. Returns 0 or -1
 * with errno. */
int mw_hub_setenv(const struct mw_hub *hub);

/* Readable when mw_hub_serve() has something to do. -1 without a hub. */
int mw_hub_fd(const struct mw_hub *hub);

/* Does what is to be done now, but no more than some milliseconds' worth of it. Without a hub: nothing. */
void mw_hub_serve(struct mw_hub *hub);

/* The run directory was made again: agents connect and send all once more. */
void mw_hub_again(struct mw_hub *hub);

/* Tells all agents, and those that come yet, that the command has ended: they send what is left and go. */
void mw_hub_end(struct mw_hub *hub);

/* Agents that have said who they are, and have neither said goodbye nor been lost. */
size_t mw_hub_pending(const struct mw_hub *hub);

/* When something of a file came last, CLOCK_MONOTONIC ns; 0 never. */
uint64_t mw_hub_heard(const struct mw_hub *hub);

/* Closes all connections; agents that are still there are noted as lost. Forgets the secret, the environment's too. */
void mw_hub_close(struct mw_hub *hub);

#endif
