/* SPDX-License-Identifier: MIT */
/* footprint init|calls|sites|threads N
 *
 * Rank 0 prints its memory (footprint.h) after MPI_Init, and after N more calls: from one place, from N different
 * stacks (up to a million), or from each of 8 threads. The program itself allocates nothing in between. */
#include "bench/programs/footprint.h"

#include <mpi.h>
#include <pthread.h>

#define THREADS 8

/* Three functions deep, a hundred places in each: the last three frames of a call make it a million different ones. */
#define NOINLINE __attribute__((noinline, noclone))
#define CASE(n, what) case n: what; break;
#define TEN(n, what) \
    CASE(n, what) CASE(n + 1, what) CASE(n + 2, what) CASE(n + 3, what) CASE(n + 4, what) \
    CASE(n + 5, what) CASE(n + 6, what) CASE(n + 7, what) CASE(n + 8, what) CASE(n + 9, what)
#define HUNDRED(what) \
    TEN(0, what) TEN(10, what) TEN(20, what) TEN(30, what) TEN(40, what) \
    TEN(50, what) TEN(60, what) TEN(70, what) TEN(80, what) TEN(90, what)
#define KEEP __asm__ volatile("") /* prevents merging of the places */

static volatile int outer, middle, inner;

static NOINLINE void third(void)
{
    switch (inner) {
        HUNDRED(MPI_Barrier(MPI_COMM_SELF); KEEP)
    }
}

static NOINLINE void second(void)
{
    switch (middle) {
        HUNDRED(third(); KEEP)
    }
}

static NOINLINE void first(void)
{
    switch (outer) {
        HUNDRED(second(); KEEP)
    }
}

static void from_sites(long n)
{
    for (long i = 0; i < n; i++) {
        inner = (int)(i % 100);
        middle = (int)(i / 100 % 100);
        outer = (int)(i / 10000 % 100);
        first();
    }
}

static void from_one(long n)
{
    for (long i = 0; i < n; i++)
        MPI_Barrier(MPI_COMM_SELF);
}

static long thread_calls;
static MPI_Comm comms[THREADS];

static void *thread(void *comm)
{
    for (long i = 0; i < thread_calls; i++)
        MPI_Barrier(*(MPI_Comm *)comm);
    return NULL;
}

static void from_threads(long n)
{
    pthread_t threads[THREADS];

    thread_calls = n;
    for (int i = 0; i < THREADS; i++)
        MPI_Comm_dup(MPI_COMM_SELF, &comms[i]);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, thread, &comms[i]))
            exit(1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "init";
    long n = argc > 2 ? atol(argv[2]) : 0;
    int rank, level;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank != 0 && !freopen("/dev/null", "w", stdout))
        return 1;
    footprint_print();
    if (!strcmp(what, "calls"))
        from_one(n);
    else if (!strcmp(what, "sites"))
        from_sites(n);
    else if (!strcmp(what, "threads"))
        from_threads(n);
    footprint_print();
    MPI_Finalize();
    return 0;
}
