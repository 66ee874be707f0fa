/* SPDX-License-Identifier: MIT */
#include "launcher/apart.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: never returns. */
static void work_there(int (*work)(void *context), void *context, const struct mw_spawn_inherit *inherit)
{
    int failed;

    signal(SIGPIPE, SIG_DFL);
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

    if (signo && signo != SIGPIPE && signo != SIGINT && signo != SIGTERM && signo != SIGHUP)
        fprintf(stderr, "memwatch: no report: %s while it was made; the command's own status is kept\n",
                strsignal(signo));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
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
        mw_relay_wait(relay, pid, UINT64_MAX, -1);
    }
}
