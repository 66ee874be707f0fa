/* SPDX-License-Identifier: MIT */
#include "launcher/apart.h"

#include "collector/clock.h"
#include "collector/message.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who ends a job by Ctrl-C twice means the job both times; the report is wanted all the same. */
#define IMPATIENCE_NS MW_NS_PER_SEC

static uint64_t impatient_until;

static void interrupted(int signo)
{
    if (mw_clock_now() < impatient_until)
        return;
    signal(signo, SIG_DFL);
    raise(signo);
}

/* In the child: never returns. */
static void work_there(int (*work)(void *context), void *context, const struct mw_spawn_inherit *inherit)
{
    const struct sigaction impatient = {.sa_handler = interrupted, .sa_flags = SA_RESTART};
    struct sigaction before;
    int failed;

    signal(SIGPIPE, SIG_DFL);
    impatient_until = mw_clock_now() + IMPATIENCE_NS;
    sigaction(SIGINT, &impatient, &before);
    if (before.sa_handler == SIG_IGN) /* it was ignored when memwatch was started (nohup, a shell's background) */
        sigaction(SIGINT, &before, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like others */
    sigprocmask(SIG_SETMASK, &inherit->mask, NULL);
    failed = work(context);
    fflush(NULL);
    _exit(failed ? 1 : 0);
}

/* Who interrupted it or closed the other end of the pipe knows why there is no report. */
static int tell_end(int status)
{
    int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (signo == SIGPIPE || signo == SIGINT || signo == SIGTERM || signo == SIGHUP)
        return 1;
    if (signo)
        mw_message("memwatch: no report: %s while it was made; the command's own status is kept\n",
                   strsignal(signo));
    return signo ? -1 : WEXITSTATUS(status) > 1 ? -1 : WEXITSTATUS(status);
}

int mw_apart_run(int (*work)(void *context), void *context, struct mw_relay *relay,
                 const struct mw_spawn_inherit *inherit)
{
    int status = 0;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid < 0)
        return work(context); /* better at some risk than not at all */
    if (pid == 0)
        work_there(work, context, inherit);
    for (;;) {
        pid_t one;
        while ((one = waitpid(-1, &status, WNOHANG)) > 0)
            if (one == pid)
                return tell_end(status);
        mw_relay_wait(relay, pid, -1, UINT64_MAX);
    }
}
