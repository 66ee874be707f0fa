/* SPDX-License-Identifier: MIT */
/* Rank 1 calls MPI_Abort(9), then MPI_Abort(10), each of which returns (abort_returns.c), a Barrier, MPI_Finalize, and
 * exit(6). With "handler" it does so in an error handler, inside another call. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

static void handle(MPI_Comm *comm, int *error, ...)
{
    (void)error;
    MPI_Abort(*comm, 9);
}

int main(int argc, char **argv)
{
    MPI_Errhandler handler;
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_create_errhandler(handle, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    if (rank == 1 && argc > 1 && !strcmp(argv[1], "handler"))
        MPI_Send(&rank, 1, MPI_INT, 12345, 0, MPI_COMM_WORLD); /* there is no such rank */
    else if (rank == 1)
        MPI_Abort(MPI_COMM_WORLD, 9);
    if (rank == 1)
        MPI_Abort(MPI_COMM_WORLD, 10);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return rank == 1 ? 6 : 0;
}
