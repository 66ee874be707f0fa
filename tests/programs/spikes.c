/* SPDX-License-Identifier: MIT */
/* A known spike inside an Allreduce: a user-defined MPI_Op maps, touches and unmaps memory.
 *   --mib M (64)  --rank R (0)  --calls N (100)  --at K (50, from 1)  --leak (the memory is not unmapped)
 *   SPIKE rank=R call=MPI_Allreduce comm_size=N line=L visit=K bytes=B kept=B file=spikes.c
 * The algorithm of the MPI determines whether a rank's Op is called (with 2, 4, 8 ranks it is, on each rank): if it
 * is not, the line is `NOSPIKE rank=R` and the exit status 77. */
#include "tests/programs/expect.h"
#include <sys/mman.h>

static size_t bytes = 64u << 20;
static int armed, fired, leak;

static void spike(void)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return;
    madvise(p, bytes, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < bytes; i += 4096)
        ((volatile char *)p)[i] = 1;
    if (!leak)
        munmap(p, bytes);
    fired++;
}

static void add(void *in, void *inout, int *length, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *length; i++)
        ((long *)inout)[i] += ((long *)in)[i];
    if (armed && !fired)
        spike();
}

int main(int argc, char **argv)
{
    int calls = 100, at = 50, on = 0, mib = 64, line = 0, n, rank;
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        int *number = !strcmp(name, "--mib")     ? &mib
                      : !strcmp(name, "--rank")  ? &on
                      : !strcmp(name, "--calls") ? &calls
                      : !strcmp(name, "--at")    ? &at
                                                 : NULL;
        if (!strcmp(name, "--leak"))
            leak = 1;
        else if (number && i + 1 < argc)
            *number = atoi(argv[++i]);
        else {
            fprintf(stderr, "spikes: unknown option %s\n", name);
            return 2;
        }
    }
    bytes = (size_t)mib << 20;

    MPI_Op op;
    long in = 1, out = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &n);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Op_create(add, 1, &op);
    for (int i = 0; i < 20; i++)
        MPI_Allreduce(&in, &out, 1, MPI_LONG, op, MPI_COMM_WORLD),
            expect("MPI_Allreduce", MPI_COMM_WORLD, __FILE__, __LINE__, 8, 8);
    for (int i = 1; i <= calls; i++) {
        armed = rank == on && i == at;
        MPI_Allreduce(&in, &out, 1, MPI_LONG, op, MPI_COMM_WORLD), line = __LINE__;
        armed = 0;
        expect("MPI_Allreduce", MPI_COMM_WORLD, __FILE__, line, 8, 8);
        CHECK(out == n);
    }
    if (fired)
        expect_say("SPIKE rank=%d call=MPI_Allreduce comm_size=%d line=%d visit=%d bytes=%zu kept=%zu file=spikes.c", rank, n,
                   line, at, bytes, leak ? bytes : 0);
    else if (rank == on)
        expect_say("NOSPIKE rank=%d", rank);
    MPI_Op_free(&op);
    int status = expect_flush();
    MPI_Finalize();
    return status ? status : rank == on && !fired ? 77 : 0;
}
