/* SPDX-License-Identifier: MIT */
/* A heap that fragments: each rank allocates 200 MiB in blocks of 500 bytes and frees all but every 256th, so that malloc can
 * give none of it back by itself. Then 64 MiB in one block, at its peak. With "trim" it calls malloc_trim(0) before that. Rank 0
 * prints KEPT bytes=B, its blocks that stay; RSS before=B after=B, around the call (or its absence). */
#include <malloc.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define BLOCK 500u
#define COUNT (200 * MIB / 512)
#define EVERY 256u

static char *blocks[COUNT];

static size_t rss(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");

    if (!statm || fscanf(statm, "%*u %lu", &pages) != 1)
        exit(2);
    fclose(statm);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void fragment(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = malloc(BLOCK);
        if (!blocks[i])
            exit(2);
        memset(blocks[i], 1, BLOCK);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (i % EVERY != EVERY - 1)
            free(blocks[i]);
}

int main(int argc, char **argv)
{
    size_t before;
    char *last;
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fragment();
    before = rss();
    if (argc > 1 && !strcmp(argv[1], "trim"))
        malloc_trim(0);
    if (rank == 0)
        printf("KEPT bytes=%zu\nRSS before=%zu after=%zu\n", (size_t)BLOCK * (COUNT / EVERY), before, rss());
    MPI_Barrier(MPI_COMM_WORLD);
    last = malloc(64 * MIB);
    if (!last)
        return 2;
    memset(last, 1, 64 * MIB);
    __asm__ volatile("" ::"r"(last) : "memory");
    MPI_Barrier(MPI_COMM_WORLD);
    free(last);
    MPI_Finalize();
    return 0;
}
