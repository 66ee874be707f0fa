/* SPDX-License-Identifier: MIT */
/* Needs 96 MiB until the file "seen" is there, then executes itself, as programs do to change their environment; the second
 * program needs nothing. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (!getenv("SECOND_PROGRAM")) {
        char *p = malloc(96u << 20);
        memset(p, 1, 96u << 20);
        __asm__ volatile("" : : "r"(p) : "memory");
        while (access("seen", F_OK) != 0)
            usleep(10000);
        setenv("SECOND_PROGRAM", "1", 1);
        execv("/proc/self/exe", argv);
    }
    MPI_Init(&argc, &argv);
    MPI_Barrier(MPI_COMM_WORLD);
    usleep(200000);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
