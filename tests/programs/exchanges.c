/* SPDX-License-Identifier: MIT */
/* Programs of five patterns of communication, whose phases are known:
 *
 *     exchanges npb|halo|master|lammps|pipeline */
#include <mpi.h>

#include <stdio.h>
#include <string.h>

#define W MPI_COMM_WORLD
#define IGNORE MPI_STATUS_IGNORE
enum { ROUNDS = 20, NEIGHBOURS = 26, COUNT = 128 };

static int rank, size, next, before;
static double out[NEIGHBOURS][COUNT], in[NEIGHBOURS][COUNT];

/* 26 messages from one neighbour and 26 to the other, completed at once. */
static void halo_exchange(void)
{
    MPI_Request requests[2 * NEIGHBOURS];
    MPI_Status statuses[2 * NEIGHBOURS];

    for (int i = 0; i < NEIGHBOURS; i++)
        MPI_Irecv(in[i], COUNT, MPI_DOUBLE, before, i, W, &requests[i]);
    for (int i = 0; i < NEIGHBOURS; i++)
        MPI_Isend(out[i], COUNT, MPI_DOUBLE, next, i, W, &requests[NEIGHBOURS + i]);
    MPI_Waitall(2 * NEIGHBOURS, requests, statuses);
}

static void halo(void)
{
    for (int i = 0; i < ROUNDS; i++)
        halo_exchange();
}

/* As the solvers of NPB: a receive that is waited for after a blocking send, and a reduction in each round. */
static void npb(void)
{
    double sum = 0, part = rank;
    MPI_Request request;

    for (int i = 0; i < ROUNDS; i++) {
        MPI_Irecv(in[0], COUNT, MPI_DOUBLE, before, 1, W, &request);
        MPI_Send(out[0], COUNT, MPI_DOUBLE, next, 1, W);
        MPI_Wait(&request, IGNORE);
        MPI_Irecv(in[1], COUNT, MPI_DOUBLE, next, 2, W, &request);
        MPI_Send(out[1], COUNT, MPI_DOUBLE, before, 2, W);
        MPI_Wait(&request, IGNORE);
        MPI_Allreduce(&part, &sum, 1, MPI_DOUBLE, MPI_SUM, W);
    }
}

/* Rank 0 gives tasks to whoever asks, to each worker as many. */
static void master(void)
{
    static int given[64]; /* by rank */
    int task = 0, stop = -1;
    MPI_Status status;

    if (rank > 0) {
        for (int got = 0; got != stop;) {
            MPI_Send(&rank, 1, MPI_INT, 0, 1, W);
            MPI_Recv(&got, 1, MPI_INT, 0, 2, W, IGNORE);
        }
        return;
    }
    for (int stopped = 0; stopped < size - 1; task++) {
        int *answer;
        MPI_Recv(&(int){0}, 1, MPI_INT, MPI_ANY_SOURCE, 1, W, &status);
        answer = given[status.MPI_SOURCE]++ < ROUNDS ? &task : &stop;
        MPI_Send(answer, 1, MPI_INT, status.MPI_SOURCE, 2, W);
        stopped += answer == &stop;
    }
}

/* Atoms that leave go to the neighbours in six directions, each from its line; forces come back the other way. */
static void lammps(void)
{
    double sum, part = rank;

    for (int i = 0; i < ROUNDS; i++) {
        MPI_Sendrecv(out[0], COUNT, MPI_DOUBLE, next, 1, in[0], COUNT, MPI_DOUBLE, before, 1, W, IGNORE);
        MPI_Sendrecv(out[0], COUNT, MPI_DOUBLE, before, 1, in[0], COUNT, MPI_DOUBLE, next, 1, W, IGNORE);
        MPI_Sendrecv(out[1], COUNT, MPI_DOUBLE, next, 2, in[1], COUNT, MPI_DOUBLE, before, 2, W, IGNORE);
        MPI_Sendrecv(out[1], COUNT, MPI_DOUBLE, before, 2, in[1], COUNT, MPI_DOUBLE, next, 2, W, IGNORE);
        MPI_Sendrecv(out[2], COUNT, MPI_DOUBLE, next, 3, in[2], COUNT, MPI_DOUBLE, before, 3, W, IGNORE);
        MPI_Sendrecv(out[2], COUNT, MPI_DOUBLE, before, 3, in[2], COUNT, MPI_DOUBLE, next, 3, W, IGNORE);
        if (i % 10 == 9)
            MPI_Allreduce(&part, &sum, 1, MPI_DOUBLE, MPI_SUM, W);
    }
}

/* Each rank passes on what it gets. */
static void pipeline(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (rank > 0)
            MPI_Recv(in[0], COUNT, MPI_DOUBLE, rank - 1, 1, W, IGNORE);
        if (rank < size - 1)
            MPI_Send(in[0], COUNT, MPI_DOUBLE, rank + 1, 1, W);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } known[] = {{"npb", npb}, {"halo", halo}, {"master", master}, {"lammps", lammps}, {"pipeline", pipeline}};

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(W, &rank);
    MPI_Comm_size(W, &size);
    next = (rank + 1) % size;
    before = (rank + size - 1) % size;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (argc > 1 && !strcmp(argv[1], known[i].name))
            known[i].run();
    MPI_Finalize();
    return 0;
}
