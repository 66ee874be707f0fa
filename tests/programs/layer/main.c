/* SPDX-License-Identifier: MIT */
/* Calls MPI through a layer, from three lines of two functions. */
#include "comm.h"

#include <mpi.h>
#include <stdio.h>

static __attribute__((noinline)) double assemble(void)
{
    double sum = comm_sum(1); /* assemble */
    __asm__ volatile("" : "+m"(sum));
    return sum;
}

static __attribute__((noinline)) double solve(void)
{
    double sum = 0;
    for (int i = 0; i < 5; i++)
        sum = comm_sum(2); /* solve */
    comm_wait(); /* barrier */
    __asm__ volatile("" : "+m"(sum));
    return sum;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    double first = assemble(), second = solve();
    MPI_Finalize();
    return second == 2 * first ? 0 : 1;
}
