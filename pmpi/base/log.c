/* SPDX-License-Identifier: MIT */
#include "pmpi/base/log.h"

#include "collector/base/text.h"
#include "pmpi/base/syscalls.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Writes one line, cleaned: parts of it may come from the environment. */
__attribute__((format(printf, 1, 0))) static void write_line(const char *format, va_list list)
{
    char text[2048];
    size_t length;

    vsnprintf(text, sizeof(text) - 1, format, list);
    text[strcspn(text, "\n")] = '\0';
    mw_text_clean(text);
    length = strlen(text);
    text[length++] = '\n';
    for (size_t done = 0; done < length;) {
        ssize_t n = write(STDERR_FILENO, text + done, length - done);
        if (n <= 0 && errno != EINTR)
            return;
        done += n > 0 ? (size_t)n : 0;
    }
}

__attribute__((format(printf, 1, 0))) static void write_without_signals(const char *format, va_list list)
{
    static const int signals[] = {SIGPIPE, SIGXFSZ};
    const struct timespec at_once = {0, 0};
    sigset_t blocked, before, pending;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    sigaddset(&blocked, SIGXFSZ);
    if (pthread_sigmask(SIG_BLOCK, &blocked, &before))
        return;
    sigpending(&pending);
    write_line(format, list);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigismember(&pending, signals[i]) == 1)
            sigdelset(&blocked, signals[i]); /* it was pending before: leave it to the program */
    while (sigtimedwait(&blocked, NULL, &at_once) > 0 || errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void mw_log(const char *format, ...)
{
    va_list list;

    if (!mw_syscalls_begin())
        return;
    va_start(list, format);
    write_without_signals(format, list);
    va_end(list);
    mw_syscalls_end();
}
