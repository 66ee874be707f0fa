/* SPDX-License-Identifier: MIT */
/* Each rank prints the time of its MPI_Init and MPI_Finalize, and their CPU time, in nanoseconds:
 * ` rank=N init_ns=N finalize_ns=N cpu_ns=N`. */
#include <mpi.h>

#include <stdio.h>
#include <time.h>

static long long clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return 1000000000LL * t.tv_sec + t.tv_nsec;
}

struct moment {
    long long wall, cpu;
};

static struct moment now(void)
{
    return (struct moment){clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_PROCESS_CPUTIME_ID)};
}

int main(int argc, char **argv)
{
    struct moment begin = now(), inited, finalize, end;
    int rank;

    MPI_Init(&argc, &argv);
    inited = now();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Barrier(MPI_COMM_WORLD); /* waiting for late ranks does not count as MPI_Finalize */
    finalize = now();
    MPI_Finalize();
    end = now();
    printf(" rank=%d init_ns=%lld finalize_ns=%lld cpu_ns=%lld\n", rank, inited.wall - begin.wall,
           end.wall - finalize.wall, inited.cpu - begin.cpu + end.cpu - finalize.cpu);
    return 0;
}
