/* SPDX-License-Identifier: MIT */
/* Another PMPI tool of the usual kind: a shared library to preload with memwatch's. At exit it prints
 *   TOOL allreduce=N barrier=M        on stderr, in each process that called one of them. */
#include <mpi.h>
#include <stdio.h>

static long allreduces, barriers;

int MPI_Allreduce(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    allreduces++;
    return PMPI_Allreduce(sendbuf, recvbuf, count, datatype, op, comm);
}

int MPI_Barrier(MPI_Comm comm)
{
    barriers++;
    return PMPI_Barrier(comm);
}

__attribute__((destructor)) static void tell(void)
{
    if (allreduces + barriers > 0)
        fprintf(stderr, "TOOL allreduce=%ld barrier=%ld\n", allreduces, barriers);
}
