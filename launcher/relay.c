/* SPDX-License-Identifier: MIT */
#include "launcher/relay.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM};

int mw_relay_open(struct mw_spawn_inherit *inherit, struct mw_err *err)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
        sigaddset(&set, passed_on[i]);
    sigaction(SIGCHLD, &usual, &inherit->child_action); /* ignored, children would vanish without a status */
    sigprocmask(SIG_BLOCK, &set, &inherit->mask);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return mw_err_set(err, "cannot watch for signals: %s", strerror(errno));
    return fd;
}

bool mw_relay_handle(int fd, pid_t pid)
{
    struct signalfd_siginfo info;
    bool child = false;

    while (read(fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            child = true;
        else if (info.ssi_code != SI_KERNEL) /* from the terminal: the whole group has it */
            kill(pid, (int)info.ssi_signo);
    }
    return child;
}
