/* SPDX-License-Identifier: MIT */
/* late_peak finalize|end|other: 40 MiB are allocated and freed between the last collective and MPI_Finalize, after
 * MPI_Finalize, or in a named phase that is still open at MPI_Finalize. */
#include "pmpi/memwatch.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

static void rise(void)
{
    char *p = malloc(40u << 20);

    memset(p, 1, 40u << 20);
    __asm__ volatile("" : : "r"(p) : "memory");
    free(p);
}

int main(int argc, char **argv)
{
    const char *where = argc > 1 ? argv[1] : "";
    int one = 1, sum;

    MPI_Init(&argc, &argv);
    MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD); /* the last collective */
    if (!strcmp(where, "named"))
        memwatch_phase_begin("closing");
    if (strcmp(where, "end"))
        rise();
    MPI_Finalize(); /* here */
    if (!strcmp(where, "end"))
        rise();
    return 0;
}
