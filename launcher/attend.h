/* SPDX-License-Identifier: MIT */
/* Waiting for runs that are children of this process, one at a time, without being ended ourselves. */
#ifndef MW_LAUNCHER_ATTEND_H
#define MW_LAUNCHER_ATTEND_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct mw_attend {
    sigset_t signals, before;
    bool ended; /* a signal came that ends this process: no further run */
};

/* From here on such signals wait; children are to begin with `before` as their mask. */
void mw_attend_begin(struct mw_attend *attend);
void mw_attend_end(struct mw_attend *attend);

/* Waits for the run. What only this process was sent is passed on: what its group was sent, the run has got already.
 * Returns its exit status, 128 + N when signal N killed it. */
int mw_attend_wait(struct mw_attend *attend, pid_t pid);

#endif
