/* SPDX-License-Identifier: MIT */
/* A small process in memwatch's process group that tells which signals the whole group gets.
 *
 * Somebody may signal memwatch alone (kill PID) or its group (a shell's kill %1, timeout, a batch system). The job, in
 * the same group, has got the second kind already. A signal does not say which kind it is; that a process which nobody
 * knows has got it as well does. */
#ifndef MW_LAUNCHER_WITNESS_H
#define MW_LAUNCHER_WITNESS_H

#include <signal.h>
#include <sys/types.h>

struct mw_witness {
    pid_t pid; /* -1: there is none, and every signal counts as sent to memwatch alone */
    int fd;    /* readable when there is something to tell; -1 */
};

/* Starts it. The signals of `set` must be blocked already. It ends with memwatch, however that ends. */
void mw_witness_init(struct mw_witness *witness, const sigset_t *set);

/* The next signal that the group got, or 0 when there is none. */
int mw_witness_next(struct mw_witness *witness);

void mw_witness_fini(struct mw_witness *witness);

#endif
