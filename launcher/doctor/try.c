/* SPDX-License-Identifier: MIT */
#include "launcher/doctor/try.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void mw_doctor_print(struct mw_doctor_text *text, const char *format, ...)
{
    size_t room = sizeof(text->text) - text->length;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text->text + text->length, room, format, args);
    va_end(args);
    if (n > 0)
        text->length += (size_t)n < room ? (size_t)n : room - 1;
}

/* Reads up to the end of the pipe; what does not fit is read and dropped, so that the writer does not block. */
static void take(int fd, struct mw_doctor_text *text)
{
    char piece[512];
    ssize_t n;

    while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            mw_doctor_print(text, "%.*s", (int)n, piece);
}

/* In the child. */
static void begin(int *ends, unsigned seconds)
{
    signal(SIGALRM, SIG_DFL);
    alarm(seconds); /* exec keeps it */
    close(ends[0]);
}

static int finish(pid_t pid, int *ends, struct mw_doctor_text *text)
{
    int status = 0;

    close(ends[1]);
    if (pid > 0)
        take(ends[0], text);
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

int mw_doctor_try(int (*attempt)(void *context, struct mw_doctor_text *said), void *context, unsigned seconds,
                  struct mw_doctor_text *said)
{
    struct mw_doctor_text own = {.length = 0};
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pid = fork();
    if (pid == 0) {
        begin(ends, seconds);
        int result = attempt(context, &own);
        _exit(write(ends[1], own.text, own.length) < 0 ? 101 : result);
    }
    return finish(pid, ends, said);
}

int mw_doctor_run(char *const command[], struct mw_doctor_text *output)
{
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        begin(ends, MW_DOCTOR_SECONDS);
        if (null >= 0)
            dup2(null, STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    return finish(pid, ends, output);
}
