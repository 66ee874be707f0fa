/* SPDX-License-Identifier: MIT */
/* starts PAIRS COMMAND...
 *
 * Starts COMMAND with and without the LD_PRELOAD of this process, interleaved (A B B A ...), with its stdout on /dev/null,
 * and prints the time of each from fork to its end: a line ` with_ns=N without_ns=N` for each pair. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1000000000LL * t.tv_sec + t.tv_nsec;
}

static long long start(char **command, int preloaded)
{
    long long begin = now_ns();
    pid_t pid = vfork();
    int status;

    if (pid == 0) {
        extern char **environ;
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        dup2(null, STDOUT_FILENO);
        execve(command[0], command, preloaded ? environ : environ + 1);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
        fprintf(stderr, "starts: %s did not run\n", command[0]);
        exit(1);
    }
    return now_ns() - begin;
}

/* LD_PRELOAD first in the environment: the rest is the environment without it. */
static void preload_first(void)
{
    extern char **environ;

    for (char **entry = environ; *entry; entry++) {
        char *text = *entry;

        if (!strncmp(text, "LD_PRELOAD=", 11)) {
            *entry = environ[0];
            environ[0] = text;
            return;
        }
    }
    fputs("starts: no LD_PRELOAD to compare with\n", stderr);
    exit(1);
}

int main(int argc, char **argv)
{
    long pairs = argc > 2 ? atol(argv[1]) : 0;

    preload_first();
    for (long i = 0; i < pairs; i++) {
        long long first = start(argv + 2, i % 2 == 0);
        long long second = start(argv + 2, i % 2 != 0);

        printf(" with_ns=%lld without_ns=%lld\n", i % 2 == 0 ? first : second, i % 2 == 0 ? second : first);
    }
    return 0;
}
