/* SPDX-License-Identifier: MIT */
#include "pmpi/say.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void mw_say(const char *format, ...)
{
    static const int signals[] = {SIGPIPE, SIGXFSZ};
    const struct timespec at_once = {0, 0};
    sigset_t ours, before, pending;
    va_list list;

    sigemptyset(&ours);
    sigaddset(&ours, SIGPIPE);
    sigaddset(&ours, SIGXFSZ);
    if (pthread_sigmask(SIG_BLOCK, &ours, &before))
        return;
    sigpending(&pending);
    va_start(list, format);
    vdprintf(STDERR_FILENO, format, list);
    va_end(list);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigismember(&pending, signals[i]) == 1)
            sigdelset(&ours, signals[i]); /* that one is the program's own */
    while (sigtimedwait(&ours, NULL, &at_once) > 0 || errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
