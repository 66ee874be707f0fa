/* SPDX-License-Identifier: MIT */
/* Calls inside other calls of the same thread in the library: interrupted, jumped out of, cancelled. MPI's own code
 * is never interrupted by a handler that calls MPI, so that each ends as well without memwatch.
 *   calls STACK    a timer's handler makes nonblocking calls, while phases begin and end
 *   phases STACK   a timer's handler begins and ends phases (also by MPI_Pcontrol), while nonblocking calls are made; prints their number
 *   jumps STACK    a timer's handler jumps out of the beginning and the end of phases, collectives follow
 *   errors         an error handler jumps out of collectives, from 1 to 40 functions deep
 *   cancel         MPI_THREAD_MULTIPLE: threads are cancelled asynchronously in collectives
 * STACK: 0 the handler runs on the stack as it is, 1 on one of malloc(), 2 on one in main()'s frame.
 * Exits 7 when all went well. */
#define _GNU_SOURCE
#include "pmpi/memwatch.h"

#include <alloca.h>
#include <mpi.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define STACK (256u << 10)
#define HANDLED 400

static volatile sig_atomic_t handled;
static volatile long made;

static void make_calls(void)
{
    MPI_Request requests[3];
    MPI_Status statuses[3];
    char sent = 1, received = 0;
    int done = 0;

    MPI_Ibarrier(MPI_COMM_SELF, &requests[0]);
    MPI_Irecv(&received, 1, MPI_CHAR, 0, 3, MPI_COMM_SELF, &requests[1]);
    MPI_Isend(&sent, 1, MPI_CHAR, 0, 3, MPI_COMM_SELF, &requests[2]);
    while (!done)
        MPI_Testall(3, requests, &done, statuses);
    MPI_Ibarrier(MPI_COMM_SELF, &requests[0]);
    MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
#if MPI_VERSION >= 4
    MPI_Barrier_init(MPI_COMM_SELF, MPI_INFO_NULL, &requests[0]);
    MPI_Start(&requests[0]);
    MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
    MPI_Request_free(&requests[0]);
#endif
    MPI_Barrier(MPI_COMM_SELF);
    made++;
}

static void make_phases(void)
{
    memwatch_phase_begin("outer");
    memwatch_phase_begin("inner");
    memwatch_phase_end();
    memwatch_phase_end();
}

static void handle_by_calls(int signal)
{
    (void)signal;
    handled++;
    make_calls();
}

static void handle_by_phases(int signal)
{
    (void)signal;
    handled++;
    make_phases();
    MPI_Pcontrol(1, "control"); /* MPICH's cannot be jumped out of */
    MPI_Pcontrol(-1, "control");
}

static volatile sig_atomic_t may_jump;
static sigjmp_buf back;

static void handle_by_jump(int signal)
{
    (void)signal;
    if (!may_jump)
        return;
    may_jump = 0;
    handled++;
    siglongjmp(back, 1);
}

static void start(void (*handle)(int), void *stack)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART | (stack ? SA_ONSTACK : 0)};
    struct itimerval timer = {{0, 503}, {0, 503}};

    if (stack)
        sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = STACK}, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void stop(void)
{
    struct itimerval off = {{0, 0}, {0, 0}};

    setitimer(ITIMER_REAL, &off, NULL);
    signal(SIGALRM, SIG_IGN);
}

static void do_jumps(void)
{
    while (handled < HANDLED) {
        if (!sigsetjmp(back, 1)) {
            may_jump = 1;
            while (handled < HANDLED)
                make_phases();
        }
        may_jump = 0;
        MPI_Barrier(MPI_COMM_SELF);
        made++;
    }
}

/* ---- errors ---- */

static jmp_buf error_back;

static void jump(MPI_Comm *comm, int *error, ...)
{
    (void)comm;
    (void)error;
    longjmp(error_back, 1);
}

__attribute__((noinline)) static void fail_below(int depth)
{
    volatile int value = 0;

    if (depth)
        fail_below(depth - 1);
    else
        MPI_Bcast((void *)(uintptr_t)&value, -1, MPI_INT, 0, MPI_COMM_SELF);
    value++;
}

static void do_errors(void)
{
    MPI_Errhandler handler;

    MPI_Comm_create_errhandler(jump, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, handler);
    for (volatile int i = 0; i < 2000; i++) {
        if (!setjmp(error_back))
            fail_below(i * 7 % 40);
        MPI_Barrier(MPI_COMM_SELF);
        made++;
    }
}

/* ---- cancel ---- */

static void *call_for_ever(void *unused)
{
    int type;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    for (;;)
        MPI_Barrier(MPI_COMM_SELF);
    return unused;
}

static int do_cancel(void)
{
    int cancelled = 0;

    for (int i = 0; i < 200; i++) {
        pthread_t thread;
        void *result;
        pthread_create(&thread, NULL, call_for_ever, NULL);
        usleep((useconds_t)(200 + i % 40 * 17));
        pthread_cancel(thread);
        pthread_join(thread, &result);
        cancelled += result == PTHREAD_CANCELED;
        MPI_Barrier(MPI_COMM_SELF);
    }
    return cancelled;
}

int main(int argc, char **argv)
{
    const char *trick = argc > 1 ? argv[1] : "";
    int place = argc > 2 ? atoi(argv[2]) : 0, level;
    sigset_t alarm;
    void *stack = place == 1 ? malloc(STACK) : place == 2 ? alloca(STACK) : NULL;

    /* MPI's own threads must not get the timer's signals */
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
    MPI_Init_thread(&argc, &argv, strcmp(trick, "cancel") ? MPI_THREAD_SINGLE : MPI_THREAD_MULTIPLE, &level);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    if (!strcmp(trick, "calls")) {
        start(handle_by_calls, stack);
        while (handled < HANDLED)
            make_phases();
        stop();
    } else if (!strcmp(trick, "phases")) {
        start(handle_by_phases, stack);
        while (handled < HANDLED)
            make_calls();
        stop();
        printf("made %ld\n", made);
    } else if (!strcmp(trick, "jumps")) {
        start(handle_by_jump, stack);
        do_jumps();
        stop();
    } else if (!strcmp(trick, "errors")) {
        do_errors();
        printf("made %ld\n", made);
    } else if (!strcmp(trick, "cancel")) {
        printf("cancelled %d\n", do_cancel());
    }
    MPI_Finalize();
    return 7;
}
