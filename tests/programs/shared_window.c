/* SPDX-License-Identifier: MIT */
/* One shared window of a node, touched completely by each of its ranks, kept for some time.
 *   --mib N (200)   --hold MS (300)   --huge N (MiB of huge pages that rank 0 maps beside it; 0) */
#include "tests/programs/expect.h"
#include <sys/mman.h>
#include <time.h>

static void hold(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

/* Not part of RSS. */
static void *map_huge(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (p == MAP_FAILED) {
        perror("shared_window: huge pages");
        MPI_Abort(MPI_COMM_WORLD, 3);
    }
    memset(p, 1, bytes);
    return p;
}

int main(int argc, char **argv)
{
    long mib = 200, huge = 0;
    int ms = 300, rank, unit;
    void *huge_pages = NULL;
    MPI_Aint size;
    MPI_Comm node;
    MPI_Win win;
    char *mine, *all;

    for (int i = 1; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], "--mib"))
            mib = atol(argv[i + 1]);
        else if (!strcmp(argv[i], "--hold"))
            ms = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--huge"))
            huge = atol(argv[i + 1]);
    MPI_Init(&argc, &argv);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_rank(node, &rank);
    MPI_Win_allocate_shared(rank ? 0 : (MPI_Aint)mib << 20, 1, MPI_INFO_NULL, node, &mine, &win);
    MPI_Win_shared_query(win, 0, &size, &unit, &all);
    for (MPI_Aint i = 0; i < size; i += 4096)
        ((volatile char *)all)[i + rank] = 1;
    if (huge && rank == 0)
        huge_pages = map_huge((size_t)huge << 20);
    hold(ms);
    if (huge_pages)
        munmap(huge_pages, (size_t)huge << 20);
    MPI_Barrier(node);
    MPI_Win_free(&win);
    MPI_Comm_free(&node);
    MPI_Finalize();
    return 0;
}
