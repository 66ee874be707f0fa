/* SPDX-License-Identifier: MIT */
/* Copies of this file, under several names, are libraries of the same layout. */
#include <mpi.h>

int total(int value)
{
    int sum = 0;

    for (int i = 0; i < 10; i++)
        MPI_Allreduce(&value, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD); /* here */
    return sum;
}
