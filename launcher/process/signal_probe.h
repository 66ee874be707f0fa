/* SPDX-License-Identifier: MIT */
/* A small process in memwatch's process group that reports which signals were sent to the group.
 *
 * A signal may be sent to memwatch only (kill PID) or to its group (the terminal, a shell's kill %1, timeout, a batch
 * system). The job, in the same group, has already received the second kind. A signal does not show which kind it is,
 * but only the second kind reaches the probe as well, whose pid no sender knows. */
#ifndef MW_LAUNCHER_PROCESS_SIGNAL_PROBE_H
#define MW_LAUNCHER_PROCESS_SIGNAL_PROBE_H

#include "launcher/process/signal_mask.h"

#include <stdbool.h>
#include <sys/types.h>

struct mw_signal_probe {
    pid_t pid; /* -1: there is none, and every signal counts as sent to memwatch only */
    int fd;    /* socket for queries; -1 */
};

/* How often each signal arrived; a standard signal that arrives again while pending counts once. */
struct mw_signal_probe_counts {
    uint8_t of[MW_SIGNAL_MASK_COUNT + 1];
};

/* Starts the probe. All signals must be blocked. It ends with memwatch, however memwatch ends. */
void mw_signal_probe_init(struct mw_signal_probe *probe);

/* Adds to `counts` what the group was sent since the last call. On return, both the probe and this process have
 * received (but perhaps not read) every signal whose sending began before the call. */
void mw_signal_probe_ask(struct mw_signal_probe *probe, struct mw_signal_probe_counts *counts);

void mw_signal_probe_fini(struct mw_signal_probe *probe);

#endif
