/* SPDX-License-Identifier: MIT */
/* tree N SECONDS
 *
 * A job of N processes, eight below each, that have a little memory each and sleep. Prints `ready` when all run;
 * ends after SECONDS, or with its parent. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BELOW 8
#define BYTES (256u << 10)

/* `ready`: written to by each process once. The children of process `i` are 8 i + 1 to 8 i + 8. */
static void grow(long i, long n, int ready)
{
    char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        _exit(1);
    memset(memory, 1, BYTES);
    for (long child = BELOW * i + 1; child <= BELOW * i + BELOW && child < n; child++) {
        pid_t pid = fork();

        if (pid < 0)
            _exit(1);
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            grow(child, n, ready);
            for (;;)
                pause();
        }
    }
    if (write(ready, "x", 1) != 1)
        _exit(1);
}

int main(int argc, char **argv)
{
    long n = argc > 2 ? atol(argv[1]) : 0;
    int ends[2];
    char c;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (n < 1 || pipe(ends)) {
        fputs("usage: tree N SECONDS\n", stderr);
        return 2;
    }
    grow(0, n, ends[1]);
    for (long i = 0; i < n; i++)
        if (read(ends[0], &c, 1) != 1)
            return 1;
    puts("ready");
    fflush(stdout);
    usleep((useconds_t)(1e6 * atof(argv[2])));
    return 0;
}
