/* SPDX-License-Identifier: MIT */
/* Passes signals that memwatch receives on to the job; none ends memwatch before the job.
 *
 * The command gets each signal once. In memwatch's process group it has already received what was sent to the group
 * (Ctrl-C, a batch system); a signal sent to memwatch only is passed on, with its value if it has one. A stop signal
 * (Ctrl-Z) stops memwatch as well. All signals except SIGKILL and SIGSTOP are passed on, including SIGSEGV and the like
 * if a process sends them; a fault in memwatch itself cannot be blocked, and ends it. Signals that memwatch causes are
 * not passed on: its SIGPIPE, SIGXFSZ and SIGXCPU, and SIGCHLD of its children. */
#ifndef MW_LAUNCHER_PROCESS_RELAY_H
#define MW_LAUNCHER_PROCESS_RELAY_H

#include "collector/base/err.h"
#include "collector/view/view.h"
#include "launcher/process/signal_probe.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_relay {
    int fd; /* signalfd; -1: none */
    struct mw_signal_probe probe;
    uint64_t seen;       /* received signals, as a mask (launcher/process/signal_mask.h) */
    struct mw_view *log; /* where signals are noted; NULL: nowhere */
};

/* All signals must be blocked (mw_spawn_hold()). Returns 0, or -1 with a line in err. */
int mw_relay_init(struct mw_relay *relay, struct mw_err *err);

/* Starts to distinguish signals to the group from others, and passes earlier ones on to `pid`. `pid` must already be
 * forked, in this process group or not, with all signals blocked until this returns: then it gets each signal once,
 * whenever it arrived. */
void mw_relay_begin(struct mw_relay *relay, pid_t pid);

/* Waits until a signal arrives, `fd` (-1: none) is readable, or until `deadline` (CLOCK_MONOTONIC ns; UINT64_MAX:
 * none), and passes signals on to `pid` (0: to no process). Returns whether a child may have ended. */
bool mw_relay_wait(struct mw_relay *relay, pid_t pid, int fd, uint64_t deadline);

/* Leaves the signals blocked: the caller is about to exit. */
void mw_relay_fini(struct mw_relay *relay);

#endif
