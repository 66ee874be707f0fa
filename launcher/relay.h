/* SPDX-License-Identifier: MIT */
/* Signals, as a descriptor to wait on: those for the job are passed on, SIGCHLD tells of ended children.
 *
 * The command is in memwatch's process group. What the terminal sends (Ctrl-C) it has got already; what somebody sends
 * to memwatch alone is passed on, once. memwatch itself lives on and reports. */
#ifndef MW_LAUNCHER_RELAY_H
#define MW_LAUNCHER_RELAY_H

#include "collector/err.h"
#include "launcher/spawn.h"

/* Blocks the signals and opens the descriptor; fills in what the command is to inherit. Returns the descriptor, or -1
 * with a line in err. */
int mw_relay_open(struct mw_spawn_inherit *inherit, struct mw_err *err);

/* Handles what has arrived: passes signals on to `pid`. Returns whether a child has ended. */
bool mw_relay_handle(int fd, pid_t pid);

#endif
