/* SPDX-License-Identifier: MIT */
/* A job in which one rank dies. Every rank allocates 32 MiB; --rank R grows to --mib M in steps of 8 MiB every 50 ms in its
 * phase "growth" while the others wait for it in MPI_Allreduce, and then ends --how. */
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP ((size_t)8 << 20)

static void rest(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static char *hold(size_t bytes)
{
    char *memory = malloc(bytes);

    if (memory)
        memset(memory, 1, bytes);
    __asm__ volatile("" ::"r"(memory) : "memory");
    return memory;
}

static void grow(size_t mib)
{
    for (size_t have = 0; have < mib << 20; have += STEP) {
        hold(STEP);
        rest(50);
    }
    rest(500); /* so that the last step is sampled */
}

static void die(const char *how)
{
    if (!strcmp(how, "kill"))
        raise(SIGKILL);
    else if (!strcmp(how, "segv"))
        raise(SIGSEGV);
    else if (!strcmp(how, "bus"))
        raise(SIGBUS);
    else if (!strcmp(how, "abort")) {
        MPI_Abort(MPI_COMM_WORLD, 3);
        rest(60000); /* MPICH 4.2 returns, and kills the rank a little later */
    } else if (!strcmp(how, "exit"))
        exit(4);
    else if (!strcmp(how, "sleep"))
        rest(60000);
    else if (!strncmp(how, "until:", 6)) /* until this file is there: it goes on */
        while (access(how + 6, F_OK))
            rest(20);
}

int main(int argc, char **argv)
{
    const char *how = "none";
    int rank, dying = 1, after = 0;
    size_t mib = 64;
    double one = 1, sum;

    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--how"))
            how = argv[++i];
        else if (!strcmp(argv[i], "--rank"))
            dying = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--mib"))
            mib = (size_t)atol(argv[++i]);
        else if (!strcmp(argv[i], "--after-finalize"))
            after = 1;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    hold((size_t)32 << 20);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == dying) {
        MPI_Pcontrol(1, "growth");
        grow(mib);
        if (!after)
            die(how);
        MPI_Pcontrol(-1, "growth");
    }
    MPI_Allreduce(&one, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    MPI_Finalize();
    if (after && rank == dying)
        die(how);
    return 0;
}
