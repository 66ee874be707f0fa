/* SPDX-License-Identifier: MIT */
#include "pmpi/say.h"

#include "pmpi/syscalls.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void say(const char *format, va_list list)
{
    static const int signals[] = {SIGPIPE, SIGXFSZ};
    const struct timespec at_once = {0, 0};
    sigset_t ours, before, pending;

    sigemptyset(&ours);
    sigaddset(&ours, SIGPIPE);
    sigaddset(&ours, SIGXFSZ);
    if (pthread_sigmask(SIG_BLOCK, &ours, &before))
        return;
    sigpending(&pending);
    vdprintf(STDERR_FILENO, format, list);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigismember(&pending, signals[i]) == 1)
            sigdelset(&ours, signals[i]); /* that one is the program's own */
    while (sigtimedwait(&ours, NULL, &at_once) > 0 || errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void mw_say(const char *format, ...)
{
    va_list list;

    if (!mw_syscalls_begin())
        return;
    va_start(list, format);
    say(format, list);
    va_end(list);
    mw_syscalls_end();
}
