/* SPDX-License-Identifier: MIT */
#include "launcher/process/report_child.h"

#include "collector/base/clock.h"
#include "collector/base/message.h"
#include "launcher/process/signal_mask.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A user who ends a job with Ctrl-C often presses it twice, and still wants the report. */
#define IMPATIENCE_NS MW_NS_PER_SEC

static uint64_t impatient_until;

static void interrupted(int signo)
{
    if (mw_clock_now() < impatient_until)
        return;
    signal(signo, SIG_DFL);
    raise(signo);
}

/* Signals that batch systems send as warnings are for the job, which has ended. Exceeding the file size limit is
 * reported as a write error. */
static uint64_t ignored_in_reports(void)
{
    static const int signals[] = {SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ, SIGPROF, SIGVTALRM, SIGIO, SIGPWR, SIGSTKFLT};
    uint64_t mask = 0;

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        mask |= mw_signal_mask_bit(signals[i]);
    for (int signo = SIGSYS + 1; signo <= MW_SIGNAL_MASK_COUNT; signo++) /* real-time signals */
        mask |= mw_signal_mask_bit(signo);
    return mask;
}

/* In the child: does not return. */
static void child_main(int (*work)(void *context), void *context, const struct mw_spawn_inherit *inherit)
{
    const struct sigaction impatient = {.sa_handler = interrupted, .sa_flags = SA_RESTART};
    struct sigaction before;
    int failed;

    signal(SIGPIPE, SIG_DFL);
    impatient_until = mw_clock_now() + IMPATIENCE_NS;
    sigaction(SIGINT, &impatient, &before);
    if (before.sa_handler == SIG_IGN) /* ignored when memwatch was started (nohup, a background job of a shell) */
        sigaction(SIGINT, &before, NULL);
    mw_signal_mask_set(inherit->mask | ignored_in_reports());
    failed = work(context);
    fflush(NULL);
    _exit(failed ? 1 : 0);
}

/* No message if the user interrupted the report or closed the other end of the pipe. */
static int print_end(int status)
{
    int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (signo == SIGPIPE || signo == SIGINT || signo == SIGTERM || signo == SIGHUP)
        return 1;
    if (signo)
        mw_message("memwatch: no report: %s while writing it; the exit status is still the command's\n", strsignal(signo));
    return signo ? -1 : WEXITSTATUS(status) > 1 ? -1 : WEXITSTATUS(status);
}

int mw_report_child_wait(pid_t pid, struct mw_relay *relay)
{
    int status = 0;

    for (;;) {
        pid_t one;
        while ((one = waitpid(-1, &status, WNOHANG)) > 0)
            if (one == pid)
                return status;
        mw_relay_wait(relay, pid, -1, UINT64_MAX);
    }
}

int mw_report_child_run(int (*work)(void *context), void *context, struct mw_relay *relay,
                        const struct mw_spawn_inherit *inherit)
{
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid < 0)
        return work(context); /* a report at the risk of a crash is better than none */
    if (pid == 0)
        child_main(work, context, inherit);
    return print_end(mw_report_child_wait(pid, relay));
}
