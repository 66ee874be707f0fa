/* SPDX-License-Identifier: MIT */
/* counted barrier|allreduce_8|send_null N: N calls inside counted_loop(), for callgrind to count, after as many that are not counted. */
#include <mpi.h>

#include <stdlib.h>
#include <string.h>

/* Enough for the credit that a short run has for measuring. */
#define WARM 10000

static double in = 1, out;

static void barrier(void) { MPI_Barrier(MPI_COMM_SELF); }
static void allreduce_8(void) { MPI_Allreduce(&in, &out, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_SELF); }
static void send_null(void) { MPI_Send(&in, 8, MPI_BYTE, MPI_PROC_NULL, 0, MPI_COMM_SELF); }

static void (*call_of(const char *name))(void)
{
    return !strcmp(name, "barrier") ? barrier : !strcmp(name, "send_null") ? send_null : allreduce_8;
}

static void repeat(void (*make)(void), long n)
{
    for (long i = 0; i < n; i++)
        make();
}

/* callgrind counts inside this function, found by its name. */
__attribute__((noinline, noclone)) void counted_loop(void (*make)(void), long n);

void counted_loop(void (*make)(void), long n)
{
    repeat(make, n);
}

int main(int argc, char **argv)
{
    void (*make)(void) = call_of(argc > 1 ? argv[1] : "");

    MPI_Init(&argc, &argv);
    counted_loop(make, 0);
    repeat(make, WARM);
    counted_loop(make, argc > 2 ? atol(argv[2]) : 1);
    MPI_Finalize();
    return 0;
}
