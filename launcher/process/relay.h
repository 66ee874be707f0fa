/* SPDX-License-Identifier: MIT */
/* Signals that memwatch is sent: passed on to the job, and none ends memwatch before it.
 *
 * The command gets each signal once. In memwatch's process group it has got already what the whole group was sent
 * (Ctrl-C, a batch system); what was sent to memwatch alone is passed on, with its value when it has one. A stop (Ctrl-Z)
 * stops memwatch as well. All signals but SIGKILL and SIGSTOP are passed on, SIGSEGV and its like too when somebody sends
 * them; a fault of memwatch itself cannot be blocked, and ends it. Not passed on is what memwatch itself gives cause for:
 * its own SIGPIPE, SIGXFSZ and SIGXCPU, and SIGCHLD of its children. */
#ifndef MW_LAUNCHER_PROCESS_RELAY_H
#define MW_LAUNCHER_PROCESS_RELAY_H

#include "collector/base/err.h"
#include "collector/view/view.h"
#include "launcher/process/signal_probe.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_relay {
    int fd; /* signalfd; -1 */
    struct mw_signal_probe probe;
    uint64_t seen;       /* signals that came, as a mask (launcher/process/signal_mask.h) */
    struct mw_view *log; /* where signals are noted; NULL nowhere */
};

/* All signals must be blocked (mw_spawn_hold()). Returns 0, or -1 with a line in err. */
int mw_relay_init(struct mw_relay *relay, struct mw_err *err);

/* Begins to separate signals to the group from others, and passes on to `pid` what came before. `pid` must have been forked
 * already, in our process group or not, and is to have all signals blocked until this returns: then it gets each once,
 * whenever it came. */
void mw_relay_begin(struct mw_relay *relay, pid_t pid);

/* Waits until a signal is there, `fd` (-1: none) is readable, or until `deadline` (CLOCK_MONOTONIC ns; UINT64_MAX: none),
 * and passes signals on to `pid` (0: to nobody). Returns whether a child may have ended. */
bool mw_relay_wait(struct mw_relay *relay, pid_t pid, int fd, uint64_t deadline);

/* Leaves the signals blocked: the caller is about to end. */
void mw_relay_fini(struct mw_relay *relay);

#endif
