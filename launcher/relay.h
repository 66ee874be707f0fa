/* SPDX-License-Identifier: MIT */
/* Signals, as descriptors to wait on: those for the job are passed on, SIGCHLD tells of ended children.
 *
 * The command gets each signal once. In memwatch's process group it has got already what the terminal sends (Ctrl-C,
 * Ctrl-Z) and what somebody sends to the group; what is sent to memwatch alone is passed on, a moment later, when it is
 * sure that nobody else in the group got it. memwatch itself lives on and reports; a stop stops it, too. */
#ifndef MW_LAUNCHER_RELAY_H
#define MW_LAUNCHER_RELAY_H

#include "collector/err.h"
#include "launcher/spawn.h"
#include "launcher/witness.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define MW_RELAY_SIGNALS 65

struct mw_relay {
    int fd; /* signalfd; -1 */
    struct mw_witness witness;
    uint64_t due_ns[MW_RELAY_SIGNALS];   /* when to pass a signal on; 0 never */
    uint64_t group_ns[MW_RELAY_SIGNALS]; /* when the group was last seen to get it */
};

/* Blocks the signals, opens the descriptors and starts the witness; fills in what the command is to inherit. Returns 0,
 * or -1 with a line in err. */
int mw_relay_init(struct mw_relay *relay, struct mw_spawn_inherit *inherit, struct mw_err *err);

/* Waits until a signal is there or has to be passed on, or until `deadline` (CLOCK_MONOTONIC ns; UINT64_MAX: none), or
 * until `other_fd` (-1: none) is readable, and passes signals on to `pid`. Returns whether a child has ended. */
bool mw_relay_wait(struct mw_relay *relay, pid_t pid, uint64_t deadline, int other_fd);

/* Leaves the signals blocked: the caller is about to end. */
void mw_relay_fini(struct mw_relay *relay);

#endif
