/* SPDX-License-Identifier: MIT */
/* A job in which one rank ends in a chosen way at a chosen time; tests/kill_matrix.sh checks the post-mortem.
 *   --victim R (0)  --how segv|bus|abrt|fpe|kill|term|int|hup|exit|_exit|abort|oom|none (none)
 *   --when before     before MPI_Init
 *          init       inside MPI_Init, which another rank enters late
 *          computing  while all others wait for it in a collective
 *          inside     inside a collective, while all others compute
 *          waiting    inside a collective with others, while one computes
 *          all        while all compute
 *          after      after MPI_Finalize
 * exit's status is 3, MPI_Abort's code 5. The rank number is the launcher's variable's, as MPI may not be called yet. */
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *how = "none";

static void rest(long ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};

    while (nanosleep(&left, &left))
        ;
}

/* Touches memory until the limit of the control group is reached. */
static void grow(void)
{
    for (size_t i = 0; i < 4096; i++) {
        char *p = malloc(1 << 20);
        if (p)
            memset(p, 1, 1 << 20);
        __asm__ volatile("" ::"r"(p) : "memory");
    }
}

static void end(int signo)
{
    static const struct {
        const char *name;
        int signo;
    } signals[] = {{"segv", SIGSEGV}, {"bus", SIGBUS},   {"abrt", SIGABRT}, {"fpe", SIGFPE},
                   {"kill", SIGKILL}, {"term", SIGTERM}, {"int", SIGINT},   {"hup", SIGHUP}};

    (void)signo;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (!strcmp(how, signals[i].name)) {
            signal(signals[i].signo, SIG_DFL);
            kill(getpid(), signals[i].signo);
        }
    if (!strcmp(how, "exit"))
        exit(3);
    if (!strcmp(how, "_exit"))
        _exit(3);
    if (!strcmp(how, "abort"))
        MPI_Abort(MPI_COMM_WORLD, 5);
    if (!strcmp(how, "oom"))
        grow();
}

/* In the middle of whatever the rank does then. */
static void end_in(long ms)
{
    struct itimerval timer = {.it_value = {ms / 1000, ms % 1000 * 1000}};

    signal(SIGALRM, end);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static int launch_rank(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");

    if (!rank)
        rank = getenv("PMI_RANK");
    return rank ? atoi(rank) : 0;
}

int main(int argc, char **argv)
{
    const char *when = "all";
    int victim = 0, rank = launch_rank(), size, one = 1, sum, is_victim, is_late;

    for (int i = 1; i + 1 < argc; i += 2) {
        how = strcmp(argv[i], "--how") ? how : argv[i + 1];
        when = strcmp(argv[i], "--when") ? when : argv[i + 1];
        victim = strcmp(argv[i], "--victim") ? victim : atoi(argv[i + 1]);
    }
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    is_victim = rank == victim;
    is_late = rank == (victim ? 0 : 1); /* the one that others wait for */
    if (!strcmp(when, "before")) {
        rest(300);
        if (is_victim)
            end(0);
        rest(1500);
    }
    if (!strcmp(when, "init")) {
        if (is_victim)
            end_in(400);
        rest(is_late ? 2000 : 0);
    }
    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Barrier(MPI_COMM_WORLD);
    if (is_victim && strcmp(when, "after"))
        end_in(400);
    if (!strcmp(when, "computing"))
        rest(is_victim ? 3000 : 0);
    if (!strcmp(when, "inside"))
        rest(is_victim ? 0 : 3000);
    if (!strcmp(when, "waiting"))
        rest(is_late ? 3000 : 0);
    if (!strcmp(when, "all"))
        rest(3000);
    MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Finalize();
    if (!strcmp(when, "after")) {
        rest(300);
        if (is_victim)
            end(0);
        rest(500);
    }
    return 0;
}
