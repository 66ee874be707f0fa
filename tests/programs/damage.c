/* SPDX-License-Identifier: MIT */
/* damage BEFORE AFTER COMMAND: BEFORE Barriers, then rank 0 runs COMMAND in the shell while the others wait, then AFTER
 * Allreduces; prints the sum of the last one, and exits with status 3. With AFTER < 0 rank 0 creates the file "ready" after
 * -AFTER Allreduces, and all ranks keep running. Each rank writes its pid into the file pid.<rank>. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void put(const char *name, long value)
{
    FILE *file = fopen(name, "w");

    fprintf(file, "%ld\n", value);
    fclose(file);
}

int main(int argc, char **argv)
{
    int before = atoi(argv[1]), after = atoi(argv[2]), rank, one = 1, sum = 0;
    char name[32];

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(name, sizeof(name), "pid.%d", rank);
    put(name, (long)getpid());
    for (int i = 0; i < before; i++)
        MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0 && system(argv[3]))
        printf("the command failed\n");
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < abs(after); i++)
        MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (after < 0 && rank == 0)
        put("ready", sum);
    while (after < 0)
        pause();
    if (rank == 0)
        printf("sum %d\n", sum);
    MPI_Finalize();
    return 3;
}
