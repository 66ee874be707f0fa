/* SPDX-License-Identifier: MIT */
/* More stacks and phases than a record has room for, before the work begins, and a peak of known place at the end:
 *
 *     many_places ROUNDS THREADS PHASES KIB WHERE [die]
 *
 * First 3,000 stacks call MPI_Bcast, ROUNDS times, in each of THREADS threads: 100 places with 30 callers each. Then PHASES
 * phases of different names are gone through, each with a call. Then a loop of 200 rounds calls MPI_Allreduce at one place and
 * goes through the phase "step". At last KIB more than ever are touched:
 *
 *     call     inside of MPI_Comm_dup, by a callback, and freed
 *     creep    in each of the 3,000 stacks' calls KIB more, inside of MPI_Comm_dup; these stay
 *     phase    in the phase "at last"
 *     phases   in each of PHASES more phases KIB more, which stay
 *     program  between two calls
 *
 * With `die` it kills itself then, inside of the phase. */
#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

static MPI_Comm own[2];
static size_t creep; /* bytes */
static int keyval;
static _Thread_local MPI_Comm comm;

static char *touch(size_t size)
{
    char *memory = malloc(size);

    memset(memory, 1, size);
    __asm__ volatile("" ::"r"(memory) : "memory");
    return memory;
}

static int on_dup(MPI_Comm from, int key, void *extra, void *in, void *out, int *flag)
{
    char *memory = touch(*(size_t *)in);

    (void)from, (void)key, (void)extra, (void)out;
    if (!creep)
        free(memory);
    *flag = 0;
    return MPI_SUCCESS;
}

/* `size` bytes are touched inside of MPI. */
#define GROW_IN_CALL(size)                                                        \
    do {                                                                          \
        MPI_Comm copy;                                                            \
        MPI_Comm_set_attr(comm, keyval, &(size));                                 \
        MPI_Comm_dup(comm, &copy);                                                \
        MPI_Comm_free(&copy);                                                     \
    } while (0)

#define PLACE(n)                                                                  \
    static NOINLINE void place_##n(void)                                          \
    {                                                                             \
        int value = 0;                                                            \
        if (creep)                                                                \
            GROW_IN_CALL(creep);                                                  \
        else                                                                      \
            MPI_Bcast(&value, 1, MPI_INT, 0, comm);                               \
        __asm__ volatile("# " #n ::: "memory"); /* no two functions are the same */    \
    }
#define CALL(n) place_##n();
#define TEN(m, n) m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7) m(n##8) m(n##9)
#define HUNDRED(m, n) TEN(m, n##0) TEN(m, n##1) TEN(m, n##2) TEN(m, n##3) TEN(m, n##4) \
    TEN(m, n##5) TEN(m, n##6) TEN(m, n##7) TEN(m, n##8) TEN(m, n##9)
HUNDRED(PLACE, p)

/* The caller of the places is what differs: 30 functions that do the same. */
#define CALLER(n)                                                                 \
    static NOINLINE void caller_##n(void)                                         \
    {                                                                             \
        HUNDRED(CALL, p)                                                          \
        __asm__ volatile("# " #n ::: "memory"); /* no two functions are the same */    \
    }
#define THIRTY(m) m(a0) m(a1) m(a2) m(a3) m(a4) m(a5) m(a6) m(a7) m(a8) m(a9) m(b0) m(b1) m(b2) m(b3) m(b4) m(b5) m(b6) \
    m(b7) m(b8) m(b9) m(c0) m(c1) m(c2) m(c3) m(c4) m(c5) m(c6) m(c7) m(c8) m(c9)
THIRTY(CALLER)
#define ADDRESS(n) caller_##n,
static void (*const callers[])(void) = {THIRTY(ADDRESS)};
#define CALLERS (sizeof(callers) / sizeof(callers[0]))

static int rounds;

static void *start_up(void *which)
{
    comm = *(MPI_Comm *)which;
    for (int i = 0; i < rounds; i++)
        for (size_t c = 0; c < CALLERS; c++)
            callers[c]();
    return NULL;
}

static void in_threads(int threads)
{
    pthread_t other;

    if (threads > 1)
        pthread_create(&other, NULL, start_up, &own[1]);
    start_up(&own[0]);
    if (threads > 1)
        pthread_join(other, NULL);
}

static void small_call(void)
{
    int value = 1, sum;

    MPI_Allreduce(&value, &sum, 1, MPI_INT, MPI_SUM, comm);
}

/* The last phase of a kind stays open when the job is to die. */
static void go_through(const char *kind, int count, size_t size, bool die)
{
    char name[32];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), kind, i);
        MPI_Pcontrol(1, name);
        if (size)
            touch(size);
        small_call();
        if (die && i == count - 1)
            raise(SIGKILL);
        MPI_Pcontrol(-1, name);
    }
}

static void peak(const char *where, size_t size, int phases, bool die)
{
    if (!strcmp(where, "call")) {
        GROW_IN_CALL(size);
    } else if (!strcmp(where, "creep")) {
        creep = size;
        rounds = 1;
        start_up(&own[0]);
    } else if (!strcmp(where, "phase")) {
        go_through("at last", 1, size, die);
    } else if (!strcmp(where, "phases")) {
        char *cushion = touch(4 << 20); /* no later memory is higher than the last phase */
        go_through("late %d", phases, size, die);
        free(cushion);
    } else {
        free(touch(size));
        MPI_Barrier(comm);
    }
    if (die)
        raise(SIGKILL);
}

int main(int argc, char **argv)
{
    int level;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &level);
    if (argc < 6 || level < MPI_THREAD_MULTIPLE)
        MPI_Abort(MPI_COMM_WORLD, 1);
    rounds = atoi(argv[1]);
    MPI_Comm_dup(MPI_COMM_SELF, &own[0]);
    MPI_Comm_dup(MPI_COMM_SELF, &own[1]);
    MPI_Comm_create_keyval(on_dup, MPI_COMM_NULL_DELETE_FN, &keyval, NULL);
    in_threads(atoi(argv[2]));
    go_through("task %d", atoi(argv[3]), 0, false);
    go_through("step", 200, 0, false);
    peak(argv[5], (size_t)atol(argv[4]) << 10, atoi(argv[3]), argc > 6);
    MPI_Finalize();
    return 0;
}
