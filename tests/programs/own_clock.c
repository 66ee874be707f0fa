/* SPDX-License-Identifier: MIT */
/* CALLS Barriers on MPI_COMM_SELF with a clock that advances by a microsecond each time it is read, and not otherwise. Code
 * that is not measured takes no time. */
#include <mpi.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 1000

static atomic_bool own;
static atomic_llong own_ns, ahead_ns; /* ahead_ns: offset to the kernel's clock, afterwards */

static long long of_kernel(clockid_t id)
{
    struct timespec t;

    syscall(SYS_clock_gettime, id, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    long long ns;

    if (id == CLOCK_MONOTONIC)
        ns = own ? own_ns += LOOK_NS : of_kernel(id) + ahead_ns;
    else if (id == CLOCK_MONOTONIC_COARSE && own)
        ns = own_ns;
    else
        ns = of_kernel(id);
    t->tv_sec = ns / 1000000000;
    t->tv_nsec = ns % 1000000000;
    return 0;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    own_ns = of_kernel(CLOCK_MONOTONIC);
    own = 1;
    for (long i = argc > 1 ? atol(argv[1]) : 1; i > 0; i--)
        MPI_Barrier(MPI_COMM_SELF);
    ahead_ns = own_ns - of_kernel(CLOCK_MONOTONIC);
    if (ahead_ns < 0)
        ahead_ns = 0;
    own = 0;
    MPI_Finalize();
    return 0;
}
