/* SPDX-License-Identifier: MIT */
#include "launcher/attend.h"

#include <stddef.h>
#include <sys/wait.h>

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

void mw_attend_begin(struct mw_attend *attend)
{
    attend->ended = false;
    sigemptyset(&attend->signals);
    sigaddset(&attend->signals, SIGCHLD);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        sigaddset(&attend->signals, endings[i]);
    sigprocmask(SIG_BLOCK, &attend->signals, &attend->before);
}

void mw_attend_end(struct mw_attend *attend)
{
    sigprocmask(SIG_SETMASK, &attend->before, NULL);
}

int mw_attend_wait(struct mw_attend *attend, pid_t pid)
{
    int status = 0;

    for (;;) {
        siginfo_t info;
        int signo = sigwaitinfo(&attend->signals, &info);
        if (signo > 0 && signo != SIGCHLD) {
            attend->ended = true;
            if (info.si_code != SI_KERNEL)
                kill(pid, signo);
        }
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}
