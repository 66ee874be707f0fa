/* SPDX-License-Identifier: MIT */
/* For ThreadSanitizer: under MPI_THREAD_MULTIPLE every thread goes through all kinds of collectives on a communicator
 * of its own, while the main thread cuts phases.   --calls N (30)
 * The program itself is free of races, but with --race its threads share a plain counter.
 * Exits 77 when the MPI gives less than MULTIPLE. */
#include "pmpi/memwatch.h"

#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 3, BLOCK = 1 << 20 };

static int calls = 30, race;
static MPI_Comm comms[THREADS];
static int shared_counter;

static void count(void)
{
    shared_counter++; /* the race of --race */
}

/* A rise inside the collective, so that spikes are recorded. */
static void add(void *in, void *inout, int *length, MPI_Datatype *type)
{
    char *block = malloc(BLOCK);
    (void)type;
    memset(block, 1, BLOCK);
    __asm__ volatile("" ::"r"(block) : "memory");
    free(block);
    for (int i = 0; i < *length; i++)
        ((int *)inout)[i] += ((int *)in)[i];
}

static void complete(int turn, MPI_Request *request, MPI_Comm comm)
{
    MPI_Status statuses[1];
    int done = 0;
    if (turn % 3 == 0)
        MPI_Wait(request, MPI_STATUS_IGNORE);
    else if (turn % 3 == 1)
        MPI_Waitall(1, request, statuses);
    else
        while (!done)
            MPI_Test(request, &done, MPI_STATUS_IGNORE);
    MPI_Barrier(comm);
}

static void *work(void *which)
{
    MPI_Comm comm = comms[(long)which], copy;
    MPI_Request request;
    MPI_Op op;
    int in = 1, out;
    if (race)
        count(); /* before the first call: MPI's locks order the threads */
    MPI_Op_create(add, 1, &op);
    for (int i = 0; i < calls; i++) {
        MPI_Allreduce(&in, &out, 1, MPI_INT, i % 8 ? MPI_SUM : op, comm);
        MPI_Bcast(&out, 1, MPI_INT, 0, comm);
        MPI_Iallreduce(&in, &out, 1, MPI_INT, MPI_SUM, comm, &request);
        complete(i, &request, comm);
        if (i % 16 == 0) {
            MPI_Comm_dup(comm, &copy);
            MPI_Comm_free(&copy);
        }
    }
    MPI_Op_free(&op);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t ids[THREADS];
    int provided;

    for (int i = 1; i < argc; i++) {
        race |= !strcmp(argv[i], "--race");
        if (!strcmp(argv[i], "--calls") && i + 1 < argc)
            calls = atoi(argv[i + 1]);
    }
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    if (provided < MPI_THREAD_MULTIPLE) {
        MPI_Finalize();
        return 77;
    }
    for (int i = 0; i < THREADS; i++)
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&ids[i], NULL, work, (void *)i);
    for (int i = 0; i < calls; i++) {
        memwatch_phase_begin(i % 2 ? "odd" : "even");
        MPI_Pcontrol(1, "inner");
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Pcontrol(-1, "inner");
        memwatch_phase_end();
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
    printf("all threads are back\n");
    fflush(stdout);
    MPI_Finalize();
    return 0;
}
