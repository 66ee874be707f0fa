/* SPDX-License-Identifier: MIT */
/* Looks for children and signals that it did not cause: after MPI_Init and after MPI_Finalize, and again a moment
 * later, when processes started by others may have ended. A child of the program shows that it would notice. Each rank prints
 *   CHILDREN rank=R signals=N reaped=N own=N        own: of its own child, 1 signal is to be expected */
#include "tests/programs/expect.h"
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static volatile sig_atomic_t signals;

static void count(int signal)
{
    (void)signal;
    signals++;
}

static int reap(void)
{
    struct timespec moment = {0, 300000000};
    int reaped = 0;

    for (int look = 0; look < 2; look++) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            reaped++;
        nanosleep(&moment, NULL);
    }
    return reaped;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = count};
    int rank, reaped = 0, before, own;
    pid_t pid;

    sigaction(SIGCHLD, &action, NULL);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    reaped += reap();
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    reaped += reap();
    before = signals;
    pid = fork();
    if (pid == 0)
        _exit(0);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    own = signals - before;
    printf("CHILDREN rank=%d signals=%d reaped=%d own=%d\n", rank, before, reaped, own);
    return 0;
}
