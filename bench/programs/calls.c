/* SPDX-License-Identifier: MIT */
/* calls self|world MS CALL...
 *
 * The time of each CALL, in ns: the call is made in batches of about a millisecond, for some MS milliseconds, after
 * unmeasured calls as a warm-up. Rank 0 prints ` call=NAME calm=N median=N batches=N`: the tenth percentile of the
 * batches, which other work on the machine disturbs least, and their median. */
#include <mpi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BATCH_NS 1e6
#define WARM_NS 60e6 /* the budget's credit for short runs is used up by then */
#define BATCHES 4000
#define LARGE (4u << 20)
#define AROUND (64u << 10)   /* what the kernel maps at one read fault of a file */
#define FRESH (4 * AROUND)  /* more than it keeps in its per-CPU counters */
#define EACH 1024          /* doubles to each rank in an alltoall */

static MPI_Comm comm;
static char *send, *receive, *fresh;
static MPI_Datatype one_in_each; /* of FRESH: a double out of each AROUND */

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void barrier(void) { MPI_Barrier(comm); }
static void allreduce(int count) { MPI_Allreduce(send, receive, count, MPI_DOUBLE, MPI_SUM, comm); }
static void allreduce_8(void) { allreduce(1); }
static void allreduce_64k(void) { allreduce((64 << 10) / 8); }
static void allreduce_4m(void) { allreduce(LARGE / 8); }
static void alltoall(void) { MPI_Alltoall(send, EACH, MPI_DOUBLE, receive, EACH, MPI_DOUBLE, comm); }

static void ialltoall_wait(void)
{
    MPI_Request request;

    MPI_Ialltoall(send, EACH, MPI_DOUBLE, receive, EACH, MPI_DOUBLE, comm, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

/* A message that goes nowhere: nearly all of it is the wrapper. */
static void send_null(void) { MPI_Send(send, 8, MPI_BYTE, MPI_PROC_NULL, 0, comm); }

/* Two half trips of 8 bytes between ranks 0 and 1. */
static void pingpong_8(void)
{
    int rank;

    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        MPI_Send(send, 8, MPI_BYTE, 1, 0, comm);
    if (rank < 2)
        MPI_Recv(receive, 8, MPI_BYTE, 1 - rank, 0, comm, MPI_STATUS_IGNORE);
    if (rank == 1)
        MPI_Send(send, 8, MPI_BYTE, 0, 0, comm);
}

/* Memory changes inside the call: the pages of its send buffer, a mapped file, are mapped as they are read, and unmapped
 * between the calls. (Zeroing anonymous memory would take many times longer than what is to be measured.) */
static void alltoall_fresh(void)
{
    madvise(fresh, FRESH, MADV_DONTNEED);
    MPI_Alltoall(fresh, 1, one_in_each, receive, FRESH / AROUND, MPI_DOUBLE, comm);
}

/* As in a program: some 0.2 ms of computation, then a collective. */
static void compute(void)
{
    volatile double sum = 0;

    for (int i = 0; i < 100000; i++)
        sum = sum + 1.0 / (i + 1);
    allreduce(1);
}

static const struct {
    const char *name;
    void (*make)(void);
} known[] = {
    {"barrier", barrier},
    {"allreduce_8", allreduce_8},
    {"allreduce_64k", allreduce_64k},
    {"allreduce_4m", allreduce_4m},
    {"alltoall", alltoall},
    {"ialltoall_wait", ialltoall_wait},
    {"alltoall_fresh", alltoall_fresh},
    {"compute", compute},
    {"send_null", send_null},
    {"pingpong_8", pingpong_8},
};

static double batch(void (*make)(void), long calls)
{
    double begin = now_ns();

    for (long i = 0; i < calls; i++)
        make();
    return (now_ns() - begin) / (double)calls;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Rank 0 decides for all: the number of calls in a batch, after the calls were made for WARM_NS. */
static long warm_up(void (*make)(void))
{
    double begin = now_ns();
    long plan[2] = {1, 1}; /* calls, and whether to continue */

    while (plan[1]) {
        double ns = batch(make, plan[0]);

        if (ns * (double)plan[0] < BATCH_NS)
            plan[0] = ns * 2 * (double)plan[0] < BATCH_NS ? 2 * plan[0] : (long)(BATCH_NS / ns) + 1;
        plan[1] = now_ns() - begin < WARM_NS;
        MPI_Bcast(plan, 2, MPI_LONG, 0, comm);
    }
    return plan[0];
}

static void measure(const char *name, void (*make)(void), double ms)
{
    static double ns[BATCHES];
    long calls = warm_up(make);
    double begin = now_ns();
    int n = 0, again = 1;

    while (again) {
        ns[n++] = batch(make, calls);
        again = n < BATCHES && (n < 5 || now_ns() - begin < ms * 1e6);
        MPI_Bcast(&again, 1, MPI_INT, 0, comm);
    }
    qsort(ns, (size_t)n, sizeof(ns[0]), by_size);
    printf(" call=%s calm=%.2f median=%.2f batches=%d\n", name, ns[n / 10], ns[n / 2], n);
}

/* Separate mappings without huge pages: the cost of a page is the same in every run. */
static char *map(size_t bytes, int fd)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);

    if (p == MAP_FAILED)
        exit(1);
    madvise(p, bytes, MADV_NOHUGEPAGE);
    memset(p, 0, bytes);
    return p;
}

static void make_buffers(void)
{
    int fd = memfd_create("fresh", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, FRESH))
        exit(1);
    send = map(LARGE, -1);
    receive = map(LARGE, -1);
    fresh = map(FRESH, fd);
    MPI_Type_vector(FRESH / AROUND, 1, AROUND / sizeof(double), MPI_DOUBLE, &one_in_each);
    MPI_Type_commit(&one_in_each);
}

int main(int argc, char **argv)
{
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    comm = argc > 1 && !strcmp(argv[1], "self") ? MPI_COMM_SELF : MPI_COMM_WORLD;
    make_buffers();
    if (rank != 0 && !freopen("/dev/null", "w", stdout))
        return 1;
    for (int i = 3; i < argc; i++)
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
            if (!strcmp(argv[i], known[k].name))
                measure(known[k].name, known[k].make, atof(argv[2]));
    MPI_Type_free(&one_in_each);
    MPI_Finalize();
    return 0;
}
