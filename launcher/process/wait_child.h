/* SPDX-License-Identifier: MIT */
/* Waiting for runs that are children of this process, one at a time, without being ended ourselves. */
#ifndef MW_LAUNCHER_PROCESS_WAIT_CHILD_H
#define MW_LAUNCHER_PROCESS_WAIT_CHILD_H

#include "launcher/process/relay.h"

#include <stdbool.h>
#include <sys/types.h>

struct mw_wait_child {
    struct mw_relay relay;
    int go; /* a child waits at the other end; -1: none does */
};

/* From here on signals wait, all of which must be blocked (mw_spawn_hold()). Returns 0, or -1 with a line in err. */
int mw_wait_child_begin(struct mw_wait_child *waiting, struct mw_err *err);

/* What ends this process may do so again. */
void mw_wait_child_end(struct mw_wait_child *waiting);

/* Forks a run. In the child, which goes on when its parent is ready, it returns 0; -1 with errno when there is none. */
pid_t mw_wait_child_fork(struct mw_wait_child *waiting);

/* Lets that child go, and waits for its end. What only this process is sent is passed on: what its group was sent, the
 * run has got already. Returns its exit status, 128 + N when signal N killed it. */
int mw_wait_child_run(struct mw_wait_child *waiting, pid_t pid);

/* Whether a signal came that ends this process (SIGINT, SIGTERM, SIGHUP, SIGQUIT): no further run. */
bool mw_wait_child_is_ended(const struct mw_wait_child *waiting);

#endif
