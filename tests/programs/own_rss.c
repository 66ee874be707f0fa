/* SPDX-License-Identifier: MIT */
/* Prints, immediately before MPI_Finalize, how much of its RSS are pages of memwatch's libraries. With an argument it first
 * calls MPI from stacks of different depths, and ends by SIGKILL instead of MPI_Finalize. */
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long own_kib(void)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    unsigned long kib, sum = 0;
    char line[4096];
    int own = 0;

    while (maps && fgets(line, sizeof(line), maps)) {
        if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' ')) /* the first line of a mapping */
            own = strstr(line, "/libmemwatch-") != NULL;
        if (own && sscanf(line, "Rss: %lu kB", &kib) == 1)
            sum += kib;
    }
    if (maps)
        fclose(maps);
    return sum;
}

__attribute__((noinline)) static void deeper(int depth)
{
    if (depth)
        deeper(depth - 1);
    else
        MPI_Barrier(MPI_COMM_WORLD);
    __asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv)
{
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int i = 0; i < 40; i++)
        deeper(i);
    printf("own %lu\n", own_kib());
    fflush(stdout);
    if (argc > 1 && rank == 0)
        raise(SIGKILL);
    MPI_Finalize();
    return 0;
}
