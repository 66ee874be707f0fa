/* SPDX-License-Identifier: MIT */
/* Byte counts beyond 32 bits, without the memory: the calls are in place on MPI_COMM_SELF and move nothing. The buffer is
 * mapped without access rights, so a call that touches it crashes. */
#include "tests/programs/expect.h"
#include <sys/mman.h>

#define GIB (1LL << 30)
#define DO(X, sent, received, ...) (MPI_##X(__VA_ARGS__), expect("MPI_" #X, MPI_COMM_SELF, __FILE__, __LINE__, sent, received))

int main(int argc, char **argv)
{
    MPI_Datatype gib, gap;
    const int counts[] = {5}, displs[] = {0};
    void *p = mmap(NULL, 24 * GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        perror("mmap");
        return 2;
    }
    MPI_Init(&argc, &argv);
    MPI_Type_contiguous(1 << 30, MPI_BYTE, &gib);
    MPI_Type_vector(1 << 20, 1 << 10, 1 << 11, MPI_BYTE, &gap); /* size 1 GiB, extent nearly 2 GiB */
    MPI_Type_commit(&gib);
    MPI_Type_commit(&gap);

    DO(Bcast, 5 * GIB, 0, p, 5, gib, 0, MPI_COMM_SELF);
    DO(Bcast, 7 * GIB, 0, p, 7, gap, 0, MPI_COMM_SELF);
    for (int i = 0; i < 3; i++)
        DO(Bcast, 16LL * 2147483647, 0, p, 2147483647, MPI_C_DOUBLE_COMPLEX, 0, MPI_COMM_SELF);
    DO(Allreduce, 8LL * 2147483647, 8LL * 2147483647, MPI_IN_PLACE, p, 2147483647, MPI_DOUBLE, MPI_SUM, MPI_COMM_SELF);
    DO(Allgather, 5 * GIB, 5 * GIB, MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, p, 5, gib, MPI_COMM_SELF);
    DO(Allgatherv, 5 * GIB, 5 * GIB, MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, p, counts, displs, gib, MPI_COMM_SELF);
    DO(Gather, 6 * GIB, 6 * GIB, MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, p, 6, gib, 0, MPI_COMM_SELF);
    DO(Scatter, 6 * GIB, 6 * GIB, p, 6, gib, MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, 0, MPI_COMM_SELF);
#if MPI_VERSION >= 4
    DO(Bcast_c, 20 * GIB, 0, p, 20 * GIB, MPI_BYTE, 0, MPI_COMM_SELF);
    DO(Allreduce_c, 24 * GIB, 24 * GIB, MPI_IN_PLACE, p, 3 * GIB, MPI_DOUBLE, MPI_SUM, MPI_COMM_SELF);
#endif
    MPI_Type_free(&gib);
    MPI_Type_free(&gap);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
