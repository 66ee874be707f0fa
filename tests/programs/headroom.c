/* SPDX-License-Identifier: MIT */
/* Comes near to limits on memory.
 *   headroom grow MIB HOW    rank 1 takes so many MiB at a time, and a barrier after each, until malloc() fails; then
 *                            abort: MPI_Abort with 7; segv: it uses the memory anyway; end: it continues to its end
 *   headroom hold MIB        every rank allocates MIB and touches none of it
 *   headroom own MIB         rank 1 limits its address space to MIB itself
 *   headroom files DIR MIB   every rank writes a file of MIB there, and removes it */
#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define MOST 4096 /* steps: nothing limits us */

static int rank;

static void fail(const char *how)
{
    if (!strcmp(how, "abort"))
        MPI_Abort(MPI_COMM_WORLD, 7);
    if (!strcmp(how, "segv"))
        *(volatile char *)NULL = 1;
}

static void grow(size_t bytes, const char *how)
{
    int more = 1;

    for (int step = 0; more && step < MOST; step++) {
        char *memory = rank == 1 ? malloc(bytes) : NULL;
        if (rank == 1 && !memory)
            fail(how);
        if (memory)
            memset(memory, 1, bytes);
        more = rank != 1 || memory;
        __asm__ volatile("" ::"r"(memory) : "memory");
        MPI_Bcast(&more, 1, MPI_INT, 1, MPI_COMM_WORLD);
    }
}

static void write_file(const char *directory, int mib)
{
    static char buffer[1 << 20];
    char name[512];
    int fd;

    snprintf(name, sizeof(name), "%s/file.%d", directory, rank);
    memset(buffer, 7, sizeof(buffer));
    fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < mib; i++)
        if (write(fd, buffer, sizeof(buffer)) != (ssize_t)sizeof(buffer))
            MPI_Abort(MPI_COMM_WORLD, 9);
    close(fd);
    MPI_Barrier(MPI_COMM_WORLD);
    usleep(300000); /* two samples of what was written */
    unlink(name);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc > 3 && !strcmp(argv[1], "grow"))
        grow((size_t)atoi(argv[2]) * MIB, argv[3]);
    else if (argc > 2 && !strcmp(argv[1], "own") && rank == 1)
        setrlimit(RLIMIT_AS, &(struct rlimit){(rlim_t)atoi(argv[2]) * MIB, RLIM_INFINITY});
    else if (argc > 2 && !strcmp(argv[1], "hold")) {
        char *volatile memory = malloc((size_t)atoi(argv[2]) * MIB);
        MPI_Barrier(MPI_COMM_WORLD);
        free(memory);
    } else if (argc > 3 && !strcmp(argv[1], "files"))
        write_file(argv[2], atoi(argv[3]));
    MPI_Finalize();
    return 0;
}
