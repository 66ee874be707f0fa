/* SPDX-License-Identifier: MIT */
#include "launcher/witness.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: never returns. */
static void watch(const sigset_t *set, int tell, pid_t parent)
{
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent) {
        int signo = sigwaitinfo(set, NULL);
        unsigned char byte = (unsigned char)signo;
        if (signo > 0 && write(tell, &byte, 1) != 1)
            break;
    }
    _exit(0);
}

void mw_witness_init(struct mw_witness *witness, const sigset_t *set)
{
    pid_t parent = getpid();
    int ends[2];

    *witness = (struct mw_witness){-1, -1};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return;
    witness->pid = fork();
    if (witness->pid == 0) {
        close(ends[0]);
        watch(set, ends[1], parent);
    }
    close(ends[1]);
    witness->fd = ends[0];
    if (witness->pid < 0)
        mw_witness_fini(witness);
}

int mw_witness_next(struct mw_witness *witness)
{
    unsigned char byte = 0;
    ssize_t n = witness->fd < 0 ? -1 : read(witness->fd, &byte, 1);

    if (n == 0) /* somebody killed it */
        mw_witness_fini(witness);
    return n == 1 ? byte : 0;
}

void mw_witness_fini(struct mw_witness *witness)
{
    if (witness->pid > 0) {
        kill(witness->pid, SIGKILL);
        waitpid(witness->pid, NULL, 0);
    }
    if (witness->fd >= 0)
        close(witness->fd);
    *witness = (struct mw_witness){-1, -1};
}
