/* SPDX-License-Identifier: MIT */
/* A small process in memwatch's process group that says which signals the whole group was sent.
 *
 * Somebody may signal memwatch alone (kill PID) or its group (the terminal, a shell's kill %1, timeout, a batch system).
 * The job, in the same group, has got the second kind already. A signal does not say which kind it is; whether a process
 * that nobody knows has got it as well does. */
#ifndef MW_LAUNCHER_PROCESS_SIGNAL_PROBE_H
#define MW_LAUNCHER_PROCESS_SIGNAL_PROBE_H

#include "launcher/process/signal_mask.h"

#include <stdbool.h>
#include <sys/types.h>

struct mw_signal_probe {
    pid_t pid; /* -1: there is none, and every signal counts as sent to memwatch alone */
    int fd;    /* to ask it; -1 */
};

/* How often each signal came; a standard signal that comes again before it is taken counts once. */
struct mw_signal_probe_counts {
    uint8_t of[MW_SIGNAL_MASK_COUNT + 1];
};

/* Starts it. All signals must be blocked. It ends with memwatch, however that ends. */
void mw_signal_probe_init(struct mw_signal_probe *probe);

/* Adds to `counts` what the group was sent since the last time. When this returns, both the probe and this process have
 * got (but perhaps not taken) every signal whose sending had begun before. */
void mw_signal_probe_ask(struct mw_signal_probe *probe, struct mw_signal_probe_counts *counts);

void mw_signal_probe_fini(struct mw_signal_probe *probe);

#endif
