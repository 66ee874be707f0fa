/* SPDX-License-Identifier: MIT */
/* Lines whose memory depends on the number of ranks n in different ways, all held at the peak of each rank: a table of n MiB, a
 * field of 64 MiB / n, 16 MiB by way of a helper, 8 MiB from two ranks on, and a list of 4 MiB * n in blocks of 4,000 bytes. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)
#define NODE ((size_t)4000)

static void *filled(void *block, size_t bytes)
{
    if (!block)
        exit(2);
    memset(block, 1, bytes);
    __asm__ volatile("" ::"r"(block) : "memory");
    return block;
}

static __attribute__((noinline)) void *allocate(size_t bytes)
{
    return filled(malloc(bytes), bytes);
}

static __attribute__((noinline)) void *make_table(size_t ranks)
{
    return filled(malloc(ranks * MIB), ranks * MIB); /* line of the table */
}

static __attribute__((noinline)) void *make_field(size_t ranks)
{
    return filled(malloc(64 * MIB / ranks), 64 * MIB / ranks); /* line of the field */
}

static __attribute__((noinline)) void *make_halo(size_t ranks)
{
    return ranks > 1 ? filled(malloc(8 * MIB), 8 * MIB) : NULL; /* line of the halo */
}

static __attribute__((noinline)) void make_list(size_t ranks)
{
    for (size_t bytes = 0; bytes < 4 * MIB * ranks; bytes += NODE)
        filled(malloc(NODE), NODE); /* line of the list: never freed */
}

int main(int argc, char **argv)
{
    void *blocks[4];
    int size;

    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    blocks[0] = make_table((size_t)size);
    blocks[1] = make_field((size_t)size);
    blocks[2] = allocate(16 * MIB); /* line by way of a helper */
    blocks[3] = make_halo((size_t)size);
    make_list((size_t)size);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < 4; i++)
        free(blocks[i]);
    MPI_Finalize();
    return 0;
}
