/* SPDX-License-Identifier: MIT */
/* known_spikes PERCENT SECONDS-MAX
 *
 * A job with spikes of known size, length and place, between small collectives in quick succession. At the end each rank prints
 * what it did:
 *   ` spike=N rank=R pid=P phase=NAME line=L in_call=0|1 mib=M us=U threads=T huge=0|1 base=BYTES begin_ns=N end_ns=N`
 * and ` rank=R seconds=S`. `base`: the RSS of the rank before, counted page by page; `line`: of the collective that
 * the spike is in, or of the next one after it. `us`: how long the memory is held after it was filled.
 * Sizes are scaled by PERCENT, spikes that are longer than SECONDS-MAX left out. */
#include "pmpi/memwatch.h"

#include <mpi.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define HUGE_PAGE (2u << 20)
#define THREADS_MAX 8
#define SPIKES_MAX 64
#define CALLS 3000 /* small collectives around each spike: so many that not all are measured */

struct spike {
    int n, in_call, mib, us, threads, huge;
    /* the result */
    int line;
    long long base, begin_ns, end_ns;
};

static struct spike done[SPIKES_MAX]; /* those of this rank */
static int done_count;
static struct spike *due; /* to be made inside the next reduction of this rank */

static long long now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1000000000LL * t.tv_sec + t.tv_nsec;
}

static long long resident_bytes(void)
{
    static char text[4096];
    int fd = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    const char *line;

    if (n < 0)
        exit(1);
    close(fd);
    text[n] = '\0';
    line = strstr(text, "\nRss:");
    return line ? 1024 * atoll(line + 5) : 0;
}

struct part {
    char *begin;
    size_t bytes;
};

static void *fill(void *argument)
{
    struct part *part = argument;

    for (size_t i = 0; i < part->bytes; i += 4096)
        ((volatile char *)part->begin)[i] = 1;
    return NULL;
}

/* Each thread fills a separate part. */
static void fill_all(char *begin, size_t bytes, int threads)
{
    struct part parts[THREADS_MAX];
    pthread_t ids[THREADS_MAX];

    for (int i = 0; i < threads; i++)
        parts[i] = (struct part){begin + bytes / (size_t)threads * (size_t)i, bytes / (size_t)threads};
    for (int i = 1; i < threads; i++)
        if (pthread_create(&ids[i], NULL, fill, &parts[i]))
            exit(1);
    fill(&parts[0]);
    for (int i = 1; i < threads; i++)
        pthread_join(ids[i], NULL);
}

static void happen(struct spike *spike)
{
    size_t bytes = (size_t)spike->mib << 20;
    char *memory = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *begin = memory + (HUGE_PAGE - (size_t)memory % HUGE_PAGE) % HUGE_PAGE;
    long long until;

    if (memory == MAP_FAILED)
        exit(1);
    madvise(memory, bytes + HUGE_PAGE, spike->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    spike->begin_ns = now_ns();
    fill_all(begin, bytes, spike->threads);
    until = now_ns() + 1000LL * spike->us;
    while (now_ns() < until)
        if (spike->us >= 10000)
            usleep(1000);
    spike->end_ns = now_ns();
    munmap(memory, bytes + HUGE_PAGE);
}

static void add(void *in, void *inout, int *length, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *length; i++)
        ((double *)inout)[i] += ((double *)in)[i];
    if (due) {
        happen(due);
        due = NULL;
    }
}

static MPI_Op op;

static void name_phase(int n)
{
    char name[16];

    snprintf(name, sizeof(name), "s%02d", n);
    memwatch_phase_begin(name);
}

/* Before call `i` of many from one place (which the compiler must not inline): in the middle of them, in the rank of the
 * spike, makes the spike now, or schedules it for the call. */
static __attribute__((noinline, noclone)) void before(int i, int mine, struct spike spike)
{
    if (i != CALLS / 2 || !mine)
        return;
    spike.base = resident_bytes();
    done[done_count] = spike;
    if (spike.in_call)
        due = &done[done_count];
    else
        happen(&done[done_count]);
    done_count++;
}

/* Each spike has a separate line, in the middle of whose calls it is made, and a phase. */
#define SPIKE(in_call, mib, us, threads, huge) \
    if (us <= longest_us) { \
        name_phase(n); \
        for (int i = 0; i < CALLS; i++) { \
            before(i, n / 2 % ranks == rank, \
                   (struct spike){n, in_call, scaled(mib, percent), us, threads, huge, __LINE__, 0, 0, 0}); \
            MPI_Allreduce(&in, &out, 1, MPI_DOUBLE, op, MPI_COMM_WORLD); \
        } \
        memwatch_phase_end(); \
        n++; \
    }

static int scaled(int mib, int percent)
{
    return mib * percent / 100 > 0 ? mib * percent / 100 : 1;
}

static void all_spikes(int percent, double longest_us, int rank, int ranks)
{
    double in = 1, out;
    int n = 0;

    /* in the call, MiB, us, threads, huge pages */
    SPIKE(0, 1, 10, 1, 0)
    SPIKE(1, 1, 10, 1, 0)
    SPIKE(0, 8, 10, 1, 0)
    SPIKE(1, 8, 10, 1, 0)
    SPIKE(0, 64, 10, 1, 1)
    SPIKE(1, 64, 10, 1, 1)
    SPIKE(0, 64, 100, 8, 0)
    SPIKE(1, 64, 100, 2, 0)
    SPIKE(0, 512, 1000, 4, 0)
    SPIKE(1, 512, 1000, 1, 1)
    SPIKE(0, 8, 10000, 1, 0)
    SPIKE(1, 8, 10000, 4, 0)
    SPIKE(0, 64, 10000, 2, 1)
    SPIKE(1, 64, 10000, 1, 0)
    SPIKE(0, 1, 100000, 1, 0)
    SPIKE(1, 1, 100000, 1, 0)
    SPIKE(0, 64, 100000, 8, 0)
    SPIKE(1, 64, 100000, 8, 1)
    SPIKE(0, 512, 100000, 8, 1)
    SPIKE(1, 512, 100000, 8, 0)
    SPIKE(0, 8, 1000000, 1, 0)
    SPIKE(1, 8, 1000000, 8, 0)
    SPIKE(0, 512, 1000000, 1, 0)
    SPIKE(1, 64, 1000000, 2, 1)
}

static void tell(const struct spike *s, int rank)
{
    printf(" spike=%d rank=%d pid=%d phase=s%02d line=%d in_call=%d mib=%d us=%d threads=%d huge=%d base=%lld "
           "begin_ns=%lld end_ns=%lld\n",
           s->n, rank, (int)getpid(), s->n, s->line, s->in_call, s->mib, s->us, s->threads, s->huge, s->base,
           s->begin_ns, s->end_ns);
}

int main(int argc, char **argv)
{
    int percent = argc > 1 ? atoi(argv[1]) : 100;
    double longest_us = 1e6 * (argc > 2 ? atof(argv[2]) : 1);
    long long first_ns;
    int rank, ranks;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Op_create(add, 1, &op);
    first_ns = now_ns();
    all_spikes(percent, longest_us, rank, ranks);
    for (int i = 0; i < done_count; i++)
        tell(&done[i], rank);
    printf(" rank=%d seconds=%.3f\n", rank, 1e-9 * (double)(now_ns() - first_ns));
    MPI_Op_free(&op);
    MPI_Finalize();
    return 0;
}
