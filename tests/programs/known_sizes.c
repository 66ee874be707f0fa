/* SPDX-License-Identifier: MIT */
/* Maps, touches and frees known sizes between Barriers: the peak of each interval between two calls is known.
 *   --threads N (1; memory is touched by N threads, at most 4)   --huge (MADV_HUGEPAGE)
 *   --selfcheck (compare with the kernel's mark, which this resets: not under memwatch)
 *   PHASE rank=R index=I from_line=L1 to_line=L2 peak_above_base=B exit_above_base=B base=RSS file=known_sizes.c
 * `base` is the RSS right after the call in L1 (smaps_rollup, exact); what is above it is the program's own
 * arithmetic, in bytes; exit_above_base is negative where memory was given back. */
#include "tests/programs/expect.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#define MIB (1LL << 20)
#define HUGE_BYTES (2 * MIB)
#define THREADS 4
#define PHASES 10
#define STEPS 8

/* One phase: blocks of so many MiB (all even) that are mapped and touched (> 0), or freed (< 0), in this order.
 * A block that is freed in the phase is found by its size. */
static const int plan[PHASES][STEPS] = {
    {0},
    {40},                     /* kept */
    {100, -100},              /* a short peak */
    {0},
    {-40},                    /* given back */
    {10, -10, 60, -60, 24, -24},
    {50, -50, 20},            /* peak, then less that stays */
    {-20, 30, -30},           /* less, then a peak above the rest */
    {2, 4, 6, 8},             /* growth in small steps */
    {-8, -6, -4, -2, 64, -64},
};

static struct block {
    char *start, *map;
    size_t mapped;
    int mib;
} blocks[STEPS];

static int threads = 1, huge, selfcheck;
static int lines[PHASES + 1];
static long long bases[PHASES + 1], marks[PHASES + 1];
static char text[8192];

/* --- threads that touch memory, started once --------------------------------------------------------- */

static pthread_barrier_t go, done;
static char *work_start;
static size_t work_bytes;

static void touch_part(int part)
{
    size_t share = work_bytes / 4096 / (size_t)threads * 4096, from = share * (size_t)part;
    size_t to = part == threads - 1 ? work_bytes : from + share;
    for (size_t i = from; i < to; i += 4096)
        ((volatile char *)work_start)[i] = 1;
}

static void *worker(void *part)
{
    for (;;) {
        pthread_barrier_wait(&go);
        if (!work_start)
            return NULL;
        touch_part((int)(size_t)part);
        pthread_barrier_wait(&done);
    }
}

static void touch(char *start, size_t bytes)
{
    work_start = start;
    work_bytes = bytes;
    if (threads > 1)
        pthread_barrier_wait(&go);
    if (start)
        touch_part(0);
    if (threads > 1 && start)
        pthread_barrier_wait(&done);
}

/* --- blocks ------------------------------------------------------------------------------------------ */

static void fail(const char *what)
{
    perror(what);
    MPI_Abort(MPI_COMM_WORLD, 2);
}

static void block_map(int mib)
{
    struct block *b = blocks;
    while (b->map)
        b++;
    size_t bytes = (size_t)mib * MIB;
    b->mib = mib;
    b->mapped = bytes + HUGE_BYTES;
    b->map = mmap(NULL, b->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (b->map == MAP_FAILED)
        fail("mmap");
    b->start = (char *)(((size_t)b->map + HUGE_BYTES - 1) & ~(size_t)(HUGE_BYTES - 1));
    madvise(b->map, b->mapped, MADV_NOHUGEPAGE);
    if (huge)
        madvise(b->start, bytes, MADV_HUGEPAGE);
    touch(b->start, bytes);
}

static void block_free(int mib)
{
    struct block *b = blocks;
    while (b->mib != mib)
        b++;
    munmap(b->map, b->mapped);
    *b = (struct block){.map = NULL};
}

static void act(int phase)
{
    for (int i = 0; i < STEPS; i++)
        if (plan[phase][i] > 0)
            block_map(plan[phase][i]);
        else if (plan[phase][i] < 0)
            block_free(-plan[phase][i]);
}

/* The result of the phase's plan, in MiB above its start. */
static void arithmetic(int phase, long long *peak, long long *end)
{
    *peak = *end = 0;
    for (int i = 0; i < STEPS; i++) {
        *end += plan[phase][i];
        if (*end > *peak)
            *peak = *end;
    }
}

/* --- the kernel's numbers, read without allocating --------------------------------------------------- */

static long long kernel_says(const char *path, const char *field)
{
    int fd = open(path, O_RDONLY);
    size_t length = 0;
    for (ssize_t n = 1; fd >= 0 && n > 0 && length < sizeof text - 1; length += n > 0 ? (size_t)n : 0)
        n = read(fd, text + length, sizeof text - 1 - length);
    close(fd);
    text[length] = '\0';
    const char *found = strstr(text, field);
    return found ? atoll(found + strlen(field)) * 1024 : -1;
}

static void mark(int index, int line)
{
    lines[index] = line;
    if (selfcheck) {
        marks[index] = kernel_says("/proc/self/status", "VmHWM:");
        int fd = open("/proc/self/clear_refs", O_WRONLY);
        if (write(fd, "5", 1) != 1)
            fail("clear_refs");
        close(fd);
    }
    bases[index] = kernel_says("/proc/self/smaps_rollup", "\nRss:");
}

#define BARRIER(i) (MPI_Barrier(MPI_COMM_WORLD), mark(i, __LINE__))

static void tell(void)
{
    for (int i = 0; i < PHASES; i++) {
        long long peak, end;
        arithmetic(i, &peak, &end);
        expect_say("PHASE rank=%d index=%d from_line=%d to_line=%d peak_above_base=%lld exit_above_base=%lld base=%lld file=known_sizes.c",
                   expect_rank(), i, lines[i], lines[i + 1], peak * MIB, end * MIB, bases[i]);
        if (selfcheck)
            expect_say("SELF rank=%d index=%d peak_off=%lld exit_off=%lld", expect_rank(), i,
                       marks[i + 1] - bases[i] - peak * MIB, bases[i + 1] - bases[i] - end * MIB);
    }
}

static void options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--huge"))
            huge = 1;
        else if (!strcmp(argv[i], "--selfcheck"))
            selfcheck = 1;
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc && atoi(argv[i + 1]) >= 1 && atoi(argv[i + 1]) <= THREADS)
            threads = atoi(argv[++i]);
        else {
            fprintf(stderr, "known_sizes: bad option %s\n", argv[i]);
            exit(2);
        }
}

int main(int argc, char **argv)
{
    pthread_t others[THREADS];
    int provided;
    options(argc, argv);
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    if (threads > 1) {
        pthread_barrier_init(&go, NULL, (unsigned)threads);
        pthread_barrier_init(&done, NULL, (unsigned)threads);
    }
    for (int i = 1; i < threads; i++)
        pthread_create(&others[i], NULL, worker, (void *)(size_t)i);

    /* Warm up: everything that is used below has been used once. */
    for (int i = 0; i < PHASES; i++)
        act(i);
    for (int i = 0; i < 200; i++)
        MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i <= PHASES; i++)
        mark(i, 0);

    BARRIER(0);
    act(0);
    BARRIER(1);
    act(1);
    BARRIER(2);
    act(2);
    BARRIER(3);
    act(3);
    BARRIER(4);
    act(4);
    BARRIER(5);
    act(5);
    BARRIER(6);
    act(6);
    BARRIER(7);
    act(7);
    BARRIER(8);
    act(8);
    BARRIER(9);
    act(9);
    BARRIER(10);

    tell();
    touch(NULL, 0);
    for (int i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
