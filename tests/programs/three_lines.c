/* SPDX-License-Identifier: MIT */
/* Three lines that hold memory at the peak: one block, several blocks (in an inlined function), and many small ones. Later ones
 * are smaller.
 * Prints LINE rank=R function=NAME line=L bytes=B blocks=N for each. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)
#define NODES 131072u

struct node {
    struct node *next;
    char value[56];
};

static int rank;
static char *blocks[64];
static struct node *list;

static void told(const char *function, int line, size_t bytes, size_t count)
{
    printf("LINE rank=%d function=%s line=%d bytes=%zu blocks=%zu\n", rank, function, line, bytes, count);
}

enum { GRAB_LINE = __LINE__ + 3 };
static inline __attribute__((always_inline)) char *grab(size_t size)
{
    char *block = malloc(size);

    if (!block)
        exit(2);
    return memset(block, 1, size);
}

/* Two blocks of 4 MiB, and two more for each rank below. */
static __attribute__((noinline)) void table(void)
{
    int count = 2 * (rank + 1);

    for (int i = 0; i < count; i++)
        blocks[i] = grab(4 * MIB);
    told("grab", GRAB_LINE, (size_t)count * 4 * MIB, (size_t)count);
}

enum { MESH_LINE = __LINE__ + 3 };
static __attribute__((noinline)) char *mesh(void)
{
    char *all = malloc(16 * MIB);

    if (!all)
        exit(2);
    told("mesh", MESH_LINE, 16 * MIB, 1);
    return memset(all, 2, 16 * MIB);
}

enum { NODE_LINE = __LINE__ + 4 };
static __attribute__((noinline)) void fill_list(void)
{
    for (unsigned i = 0; i < NODES; i++) {
        struct node *node = malloc(sizeof(*node));
        if (!node)
            exit(2);
        memset(node->value, 3, sizeof(node->value));
        node->next = list;
        list = node;
    }
    told("fill_list", NODE_LINE, NODES * sizeof(struct node), NODES);
}

int main(int argc, char **argv)
{
    char *all;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    table();
    all = mesh();
    fill_list();
    MPI_Barrier(MPI_COMM_WORLD); /* the peak */
    free(all);
    for (int i = 0; blocks[i]; i++)
        free(blocks[i]);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
