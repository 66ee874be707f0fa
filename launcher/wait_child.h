/* SPDX-License-Identifier: MIT */
/* Waiting for runs that are children of this process, one at a time, without being ended ourselves. */
#ifndef MW_LAUNCHER_WAIT_CHILD_H
#define MW_LAUNCHER_WAIT_CHILD_H

#include "launcher/relay.h"

#include <stdbool.h>
#include <sys/types.h>

struct mw_wait_child {
    struct mw_relay relay;
};

/* From here on signals wait, all of which must be blocked (mw_spawn_hold()). Returns 0, or -1 with a line in err. */
int mw_wait_child_begin(struct mw_wait_child *waiting, struct mw_err *err);

/* What ends this process may do so again. */
void mw_wait_child_end(struct mw_wait_child *waiting);

/* Waits for the run, which has just been forked (mw_relay_begin()). What only this process is sent is passed on: what its group was
 * sent, the run has got already. Returns its exit status, 128 + N when signal N killed it. */
int mw_wait_child_run(struct mw_wait_child *waiting, pid_t pid);

/* Whether a signal came that ends this process (SIGINT, SIGTERM, SIGHUP, SIGQUIT): no further run. */
bool mw_wait_child_is_ended(const struct mw_wait_child *waiting);

#endif
