/* SPDX-License-Identifier: MIT */
/* Many small Allreduces at one line inside a phase that MPI_Pcontrol names.
 *   --calls N (1000)  --count C (1 double)  --garbage (stray values where MPI_Pcontrol's second argument would be) */
#include "tests/programs/expect.h"
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#define COUNT_MAX 65536

static double in[COUNT_MAX], out[COUNT_MAX];

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What MPI_Pcontrol(level) without a name may leave in the second argument's register: words that are not strings. */
static void stray_phases(void)
{
    char *closed = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *open = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(open, 'x', 8192); /* no NUL up to the end of the mapping */
    munmap(open + 4096, 4096);
    const uintptr_t strays[] = {0, 1, 2, 4095, UINTPTR_MAX, (uintptr_t)closed, (uintptr_t)(open + 4090), UINTPTR_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof strays / sizeof *strays; i++) {
        MPI_Pcontrol(0, (const char *)strays[i]);
        MPI_Pcontrol(1, (const char *)strays[i]);
        MPI_Pcontrol(2, (const char *)strays[i]);
        MPI_Pcontrol(-1, (const char *)strays[i]);
    }
    munmap(open, 4096);
    munmap(closed, 8192);
}

int main(int argc, char **argv)
{
    int calls = 1000, count = 1, garbage = 0, line = 0;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--garbage"))
            garbage = 1;
        else if (!strcmp(argv[i], "--calls") && i + 1 < argc)
            calls = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--count") && i + 1 < argc)
            count = atoi(argv[++i]);
        else {
            fprintf(stderr, "busy: unknown option %s\n", argv[i]);
            return 2;
        }
    if (calls < 0 || count < 0 || count > COUNT_MAX) {
        fprintf(stderr, "busy: bad number\n");
        return 2;
    }
    MPI_Init(&argc, &argv);
    MPI_Pcontrol(1);
    MPI_Pcontrol(0);
    MPI_Pcontrol(2);
    if (garbage)
        stray_phases();
    for (int i = 0; i < count; i++)
        in[i] = i;
    MPI_Barrier(MPI_COMM_WORLD), expect("MPI_Barrier", MPI_COMM_WORLD, __FILE__, __LINE__, 0, 0);
    double start = seconds();
    MPI_Pcontrol(1, "loop");
    for (int i = 0; i < calls; i++)
        MPI_Allreduce(in, out, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD), line = __LINE__;
    MPI_Pcontrol(-1, "loop");
    double end = seconds();
    for (int i = 0; calls && i < count; i++)
        CHECK(out[i] == (double)i * expect_size(MPI_COMM_WORLD));
    if (calls > 0)
        expect_say("EXPECT rank=%d call=MPI_Allreduce comm_size=%d line=%d calls=%d sent=%lld received=%lld file=busy.c",
                   expect_rank(), expect_size(MPI_COMM_WORLD), line, calls, 8LL * count * calls, 8LL * count * calls);
    expect_say("USERPHASE rank=%d name=loop visits=1 calls=%d", expect_rank(), calls);
    expect_say("TIME rank=%d ns_per_call=%.0f", expect_rank(), calls ? (end - start) * 1e9 / calls : 0);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
