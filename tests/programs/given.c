/* SPDX-License-Identifier: MIT */
/* Memory that MPI allocates because the program asks for it: large and small blocks of MPI_Alloc_mem, windows of one rank and of
 * all, from a function with a name each. All of it is touched and held at a Barrier, then freed, but for "again".
 * Prints LINE rank=R function=NAME call=CALL line=L bytes=B small=0|1 for each; windows of all ranks may be shared memory:
 * WINDOW rank=R call=CALL line=L bytes=B. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1u << 20)
#define SMALL 2000
#define SMALL_COUNT 4000

static int rank;
static char *small[SMALL_COUNT];

static void told(const char *function, const char *call, int line, size_t bytes, int is_small)
{
    printf("LINE rank=%d function=%s call=%s line=%d bytes=%zu small=%d\n", rank, function, call, line, bytes, is_small);
}

static void check(int result)
{
    if (result != MPI_SUCCESS)
        exit(2);
}

static __attribute__((noinline)) char *block(size_t size)
{
    char *made;

    check(MPI_Alloc_mem((MPI_Aint)size, MPI_INFO_NULL, &made));
    told("block", "MPI_Alloc_mem", __LINE__ - 1, size, 0);
    return memset(made, 1, size);
}

/* The same line many times: each is given back before the next one. */
static __attribute__((noinline)) void again(size_t size)
{
    for (int i = 0; i < 50; i++) {
        char *made;
        check(MPI_Alloc_mem((MPI_Aint)size, MPI_INFO_NULL, &made));
        memset(made, 2, size);
        check(MPI_Free_mem(made));
    }
}

static __attribute__((noinline)) void blocks(void)
{
    for (int i = 0; i < SMALL_COUNT; i++) {
        check(MPI_Alloc_mem(SMALL, MPI_INFO_NULL, &small[i]));
        memset(small[i], 3, SMALL);
    }
    told("blocks", "MPI_Alloc_mem", __LINE__ - 3, (size_t)SMALL * SMALL_COUNT, 1);
}

static __attribute__((noinline)) MPI_Win window(size_t size)
{
    MPI_Win made;
    char *base;

    check(MPI_Win_allocate((MPI_Aint)size, 1, MPI_INFO_NULL, MPI_COMM_SELF, &base, &made));
    told("window", "MPI_Win_allocate", __LINE__ - 1, size, 0);
    memset(base, 4, size);
    return made;
}

static __attribute__((noinline)) MPI_Win shared(size_t size)
{
    MPI_Win made;
    char *base;

    check(MPI_Win_allocate_shared((MPI_Aint)size, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &base, &made));
    printf("WINDOW rank=%d call=MPI_Win_allocate_shared line=%d bytes=%zu\n", rank, __LINE__ - 1, size);
    memset(base, 5, size);
    return made;
}

int main(int argc, char **argv)
{
    MPI_Win of_one, of_all;
    char *large;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    again((8u + (unsigned)rank) * MIB);
    large = block((40u + 4u * (unsigned)rank) * MIB);
    blocks();
    of_one = window((24u + 2u * (unsigned)rank) * MIB);
    of_all = shared(12 * MIB);
    MPI_Barrier(MPI_COMM_WORLD);
    check(MPI_Win_free(&of_all));
    check(MPI_Win_free(&of_one));
    for (int i = 0; i < SMALL_COUNT; i++)
        check(MPI_Free_mem(small[i]));
    check(MPI_Free_mem(large));
    MPI_Finalize();
    return 0;
}
