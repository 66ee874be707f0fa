/* SPDX-License-Identifier: MIT */
/* The launcher's end of the stream between hosts: agents on other hosts send their files, which are written into the
 * run directory under the same names.
 *
 * One thread, nonblocking, one descriptor to poll. A process that can reach the port can use few resources: at most 16
 * unauthenticated connections, for at most 5 s, with at most 1 KiB of memory each; without the run's secret it receives
 * no data; and agents may only write the files that launcher/hosts/hub_files.h permits. */
#ifndef MW_LAUNCHER_HOSTS_HUB_H
#define MW_LAUNCHER_HOSTS_HUB_H

#include "collector/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct mw_hub;

/* Listens (on MEMWATCH_ADDRESS if that is set) and generates the run's secret. `run_dirfd` is borrowed. *hub is NULL if
 * this host has no address that another host could reach. Returns 0, or -1 with a line in err. */
int mw_hub_open(struct mw_hub **hub, int run_dirfd, struct mw_err *err);

/* Sets MEMWATCH_CONNECT and MEMWATCH_SECRET in the environment; without a hub (NULL) unsets them. Returns 0 or -1 with
 * errno. */
int mw_hub_setenv(const struct mw_hub *hub);

/* Readable if mw_hub_serve() has work. -1 without a hub. */
int mw_hub_fd(const struct mw_hub *hub);

/* Does pending work for a few milliseconds at most. Does nothing without a hub. */
void mw_hub_serve(struct mw_hub *hub);

/* The run directory was created again: agents reconnect and send all data once more. */
void mw_hub_again(struct mw_hub *hub);

/* Notifies all agents, including those that connect later, that the command has ended: they send the remaining data and
 * exit. */
void mw_hub_end(struct mw_hub *hub);

/* Number of agents that have identified themselves and have neither said goodbye nor been lost. */
size_t mw_hub_pending(const struct mw_hub *hub);

/* Time of the last file data, CLOCK_MONOTONIC ns; 0: none. */
uint64_t mw_hub_heard(const struct mw_hub *hub);

/* Closes all connections; agents still connected are noted as lost. Erases the secret, also in the environment. */
void mw_hub_close(struct mw_hub *hub);

#endif
