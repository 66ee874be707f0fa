/* SPDX-License-Identifier: MIT */
#include "launcher/process/signal_probe.h"

#include "collector/base/close_from.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The probe only needs to be scheduled to answer. */
#define ANSWER_MS 2000

#define SOCKET 3 /* the child's only descriptor except the standard ones */

static void count_signals(int signals, struct mw_signal_probe_counts *counts)
{
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof(info)) == sizeof(info))
        if (info.ssi_signo <= MW_SIGNAL_MASK_COUNT && counts->of[info.ssi_signo] < UINT8_MAX)
            counts->of[info.ssi_signo]++;
}

/* In the child: does not return. */
static void answer(int fd, pid_t parent)
{
    int signals;
    char question;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd != SOCKET && dup2(fd, SOCKET) < 0)
        _exit(0);
    mw_close_from(SOCKET + 1);
    signals = mw_signal_mask_open(MW_SIGNAL_MASK_ALL);
    while (signals >= 0 && getppid() == parent && recv(SOCKET, &question, 1, 0) == 1) {
        struct mw_signal_probe_counts counts = {{0}};
        count_signals(signals, &counts);
        if (send(SOCKET, &counts, sizeof(counts), MSG_NOSIGNAL) != sizeof(counts))
            break;
    }
    _exit(0);
}

void mw_signal_probe_init(struct mw_signal_probe *probe)
{
    pid_t parent = getpid();
    int ends[2];

    *probe = (struct mw_signal_probe){-1, -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return;
    probe->pid = fork();
    if (probe->pid == 0) {
        close(ends[0]);
        answer(ends[1], parent);
    }
    close(ends[1]);
    probe->fd = ends[0];
    if (probe->pid < 0)
        mw_signal_probe_fini(probe);
}

/* A process that signals a group holds the kernel's lock on the process list meanwhile; this call waits for that lock,
 * and has no other effect. */
static void wait_for_senders(void)
{
    int error = errno;

    if (setpgid(0, getpgrp()))
        errno = error;
}

void mw_signal_probe_ask(struct mw_signal_probe *probe, struct mw_signal_probe_counts *counts)
{
    struct pollfd wait = {.fd = probe->fd, .events = POLLIN};
    struct mw_signal_probe_counts more;

    if (probe->fd < 0)
        return;
    wait_for_senders();
    if (send(probe->fd, "?", 1, MSG_NOSIGNAL) != 1 || poll(&wait, 1, ANSWER_MS) != 1 ||
        recv(probe->fd, &more, sizeof(more), 0) != sizeof(more)) {
        mw_signal_probe_fini(probe); /* the probe was killed or stopped */
        return;
    }
    wait_for_senders();
    for (int signo = 1; signo <= MW_SIGNAL_MASK_COUNT; signo++)
        counts->of[signo] = (uint8_t)(counts->of[signo] + more.of[signo] < UINT8_MAX ? counts->of[signo] + more.of[signo]
                                                                                     : UINT8_MAX);
}

void mw_signal_probe_fini(struct mw_signal_probe *probe)
{
    if (probe->pid > 0) {
        kill(probe->pid, SIGKILL);
        waitpid(probe->pid, NULL, 0);
    }
    if (probe->fd >= 0)
        close(probe->fd);
    *probe = (struct mw_signal_probe){-1, -1};
}
