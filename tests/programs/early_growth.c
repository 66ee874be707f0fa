/* SPDX-License-Identifier: MIT */
/* Memory grows by 48 MiB in an early phase and stays; 48 short phases at that level follow, with one rise of 24 MiB. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)

static char *touch(size_t bytes)
{
    char *p = malloc(bytes);

    memset(p, 1, bytes);
    __asm__ volatile("" : : "r"(p) : "memory");
    return p;
}

#define SUM MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD)

int main(int argc, char **argv)
{
    int one = 1, sum;
    char *kept;

    MPI_Init(&argc, &argv);
    MPI_Barrier(MPI_COMM_WORLD); /* before growth */
    kept = touch(48 * MIB);
    MPI_Barrier(MPI_COMM_WORLD); /* after growth */
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    MPI_Barrier(MPI_COMM_WORLD); /* before rise */
    free(touch(24 * MIB));
    MPI_Barrier(MPI_COMM_WORLD); /* after rise */
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    SUM;
    free(kept);
    MPI_Finalize();
    return 0;
}
