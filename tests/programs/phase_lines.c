/* SPDX-License-Identifier: MIT */
/* Three phases with names, one by MPI_Pcontrol and two by memwatch.h, each with memory at lines of its own: "read" has a block that
 * is freed at its end, larger in rank 1; "solve" one that makes the rank's peak; "write" many small blocks, which are freed.
 * Prints LINE phase=NAME rank=R function=NAME line=L bytes=B small=0|1 for each. */
#include "pmpi/memwatch.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)
#define CELLS 262144u

static int rank;

static void told(const char *phase, const char *function, int line, size_t bytes, int small)
{
    printf("LINE phase=%s rank=%d function=%s line=%d bytes=%zu small=%d\n", phase, rank, function, line, bytes, small);
}

static void keep(void *memory)
{
    __asm__ volatile("" ::"r"(memory) : "memory");
}

enum { BUFFER_LINE = __LINE__ + 3 };
static __attribute__((noinline)) char *buffer(size_t size)
{
    char *made = malloc(size);

    if (!made)
        exit(2);
    return memset(made, 1, size);
}

enum { MATRIX_LINE = __LINE__ + 3 };
static __attribute__((noinline)) char *matrix(size_t size)
{
    char *made = malloc(size);

    if (!made)
        exit(2);
    return memset(made, 2, size);
}

struct cell {
    struct cell *next;
    char value[56];
};

enum { CELL_LINE = __LINE__ + 6 };
static __attribute__((noinline)) struct cell *cells(void)
{
    struct cell *first = NULL;

    for (unsigned i = 0; i < CELLS; i++) {
        struct cell *cell = malloc(sizeof(*cell));
        if (!cell)
            exit(2);
        cell->next = first;
        memset(cell->value, 3, sizeof(cell->value));
        first = cell;
    }
    return first;
}

static void free_cells(struct cell *first)
{
    while (first) {
        struct cell *next = first->next;
        free(first);
        first = next;
    }
}

int main(int argc, char **argv)
{
    char *of_read, *of_solve;
    struct cell *of_write;
    size_t size;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    size = (40u + 8u * (unsigned)rank) * MIB;
    MPI_Pcontrol(1, "read");
    of_read = buffer(size);
    MPI_Barrier(MPI_COMM_WORLD);
    keep(of_read);
    free(of_read);
    MPI_Pcontrol(-1, "read");
    told("read", "buffer", BUFFER_LINE, size, 0);
    size = (96u - 8u * (unsigned)rank) * MIB;
    memwatch_phase_begin("solve");
    of_solve = matrix(size);
    MPI_Barrier(MPI_COMM_WORLD);
    keep(of_solve);
    free(of_solve);
    memwatch_phase_end();
    told("solve", "matrix", MATRIX_LINE, size, 0);
    memwatch_phase_begin("write");
    of_write = cells();
    MPI_Barrier(MPI_COMM_WORLD);
    keep(of_write);
    free_cells(of_write);
    memwatch_phase_end();
    told("write", "cells", CELL_LINE, (size_t)CELLS * sizeof(struct cell), 1);
    MPI_Finalize();
    return 0;
}
