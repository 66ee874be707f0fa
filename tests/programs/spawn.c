/* SPDX-License-Identifier: MIT */
/* Spawns children by MPI_Comm_spawn, which run this program again and allocate memory.
 *   --children N (2)  --mib M (32: held by each child)
 * Parents write EXPECT lines of the calls of their world; children print "CHILD rank=R". */
#include "tests/programs/expect.h"

static int be_child(MPI_Comm parent, size_t mib)
{
    int rank = expect_rank(), one = 1, sum = 0;
    char *held = malloc(mib << 20);

    memset(held, 1, mib << 20);
    __asm__ volatile("" ::"r"(held) : "memory");
    for (int i = 0; i < 7; i++)
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    CHECK(sum == expect_size(MPI_COMM_WORLD));
    printf("CHILD rank=%d\n", rank);
    fflush(stdout);
    free(held);
    MPI_Comm_disconnect(&parent);
    MPI_Finalize();
    return 0;
}

int main(int argc, char **argv)
{
    char *child_argv[] = {"--mib", "32", NULL};
    int children = 2;
    MPI_Comm parent, all;

    for (int i = 1; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], "--children"))
            children = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--mib"))
            child_argv[1] = argv[i + 1];
    MPI_Init(&argc, &argv);
    MPI_Comm_get_parent(&parent);
    if (parent != MPI_COMM_NULL)
        return be_child(parent, strtoul(child_argv[1], NULL, 10));
    MPI_Comm_spawn(argv[0], child_argv, children, MPI_INFO_NULL, 0, MPI_COMM_WORLD, &all, MPI_ERRCODES_IGNORE);
    MPI_Barrier(MPI_COMM_WORLD), expect("MPI_Barrier", MPI_COMM_WORLD, __FILE__, __LINE__, 0, 0);
    MPI_Comm_disconnect(&all);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
