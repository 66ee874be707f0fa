/* SPDX-License-Identifier: MIT */
/* Waits for runs that are children of this process, one at a time, while signals do not end this process. */
#ifndef MW_LAUNCHER_PROCESS_WAIT_CHILD_H
#define MW_LAUNCHER_PROCESS_WAIT_CHILD_H

#include "launcher/process/relay.h"

#include <stdbool.h>
#include <sys/types.h>

struct mw_wait_child {
    struct mw_relay relay;
    int go; /* a child waits at the other end; -1: none */
};

/* Starts to hold back signals, all of which must be blocked (mw_spawn_hold()). Returns 0, or -1 with a line in err. */
int mw_wait_child_begin(struct mw_wait_child *waiting, struct mw_err *err);

/* Signals may end this process again. */
void mw_wait_child_end(struct mw_wait_child *waiting);

/* Forks a run. Returns 0 in the child, once its parent is ready; -1 with errno if fork failed. */
pid_t mw_wait_child_fork(struct mw_wait_child *waiting);

/* Starts that child, and waits for its end. Signals sent to this process only are passed on: those sent to its group
 * have reached the run already. Returns its exit status, 128 + N if signal N killed it. */
int mw_wait_child_run(struct mw_wait_child *waiting, pid_t pid);

/* Whether a signal arrived that ends this process (SIGINT, SIGTERM, SIGHUP, SIGQUIT): no further run is made. */
bool mw_wait_child_is_ended(const struct mw_wait_child *waiting);

#endif
