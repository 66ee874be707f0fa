/* SPDX-License-Identifier: MIT */
/* A program that calls MPI_Init late, or never, or never calls MPI_Finalize.
 *   --mib M (40: held and given back before MPI_Init)  --never  --no-finalize
 * Rank 0 prints "STARTED" after MPI_Init, every process prints "DONE" at its end. */
#include "tests/programs/expect.h"
#include <time.h>

static void hold_for_a_while(size_t mib)
{
    char *held = malloc(mib << 20);

    memset(held, 1, mib << 20);
    __asm__ volatile("" ::"r"(held) : "memory");
    nanosleep(&(struct timespec){0, 200000000}, NULL);
    free(held);
}

int main(int argc, char **argv)
{
    int never = 0, finalize = 1, one = 1, sum = 0;
    size_t mib = 40;

    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--never"))
            never = 1;
        else if (!strcmp(argv[i], "--no-finalize"))
            finalize = 0;
        else if (!strcmp(argv[i], "--mib") && i + 1 < argc)
            mib = strtoul(argv[++i], NULL, 10);
    hold_for_a_while(mib);
    if (!never) {
        MPI_Init(&argc, &argv);
        if (expect_rank() == 0)
            puts("STARTED");
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
        CHECK(sum == expect_size(MPI_COMM_WORLD));
        if (finalize)
            MPI_Finalize();
    }
    puts("DONE");
    return 0;
}
