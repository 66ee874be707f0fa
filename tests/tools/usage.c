/* SPDX-License-Identifier: MIT */
/* usage FILE COMMAND...
 *
 * Runs COMMAND and writes its resource usage into FILE: ` maxrss=BYTES cpu_ms=N wall_ms=N`. The exit status is COMMAND's.
 * This program is small, since a child's ru_maxrss is never below the peak of its parent. */
#include "collector/base/clock.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long long ms(struct timeval time)
{
    return time.tv_sec * 1000LL + time.tv_usec / 1000;
}

int main(int argc, char **argv)
{
    uint64_t begin = mw_clock_now();
    struct rusage usage;
    int status;
    FILE *out;
    pid_t pid;

    if (argc < 3) {
        fputs("usage: usage FILE COMMAND...\n", stderr);
        return 2;
    }
    pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !(out = fopen(argv[1], "w"))) {
        perror("usage");
        return 1;
    }
    fprintf(out, " maxrss=%lld cpu_ms=%lld wall_ms=%llu\n", usage.ru_maxrss * 1024LL, ms(usage.ru_utime) + ms(usage.ru_stime),
            (unsigned long long)((mw_clock_now() - begin) / MW_NS_PER_MS));
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
