/* SPDX-License-Identifier: MIT */
#include "launcher/process/supervise.h"

#include "launcher/process/signal_mask.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits for the child, and passes signals on. Returns its status as wait(2) gives it. */
static int wait_for(pid_t child, const sigset_t *set)
{
    int status = 0;

    for (;;) {
        pid_t done = waitpid(child, &status, WNOHANG);
        int signo;
        if (done == child || (done < 0 && errno != EINTR))
            return status;
        signo = sigwaitinfo(set, NULL);
        if (signo > 0 && signo != SIGCHLD)
            kill(child, signo);
    }
}

int mw_supervise_run(int (*work)(void *context, bool again), void *context)
{
    const uint64_t before = mw_signal_mask_set(MW_SIGNAL_MASK_ALL); /* other signals are for the ranks */
    sigset_t set;
    int status = 0;

    signal(SIGCHLD, SIG_DFL); /* with SIGCHLD ignored, children would be reaped without a status */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    for (int i = 0; i < MW_SUPERVISE_TRIES; i++) {
        pid_t child = fork();
        if (child == 0) /* all signals stay blocked until the child reads them: none may end it earlier */
            _exit(work(context, i > 0));
        if (child < 0) {
            mw_signal_mask_set(before);
            return work(context, i > 0);
        }
        status = wait_for(child, &set);
        if (!WIFSIGNALED(status))
            return WEXITSTATUS(status);
    }
    return 1;
}
