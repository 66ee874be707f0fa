/* SPDX-License-Identifier: MIT */
/* Allocates what is known beforehand, and prints it beside what the heap library says:
 *
 * heap_known samples RUNS BYTES   in each run one line allocates BYTES in blocks of 16 to 496 bytes: ` held=N true=N sd=N`
 * heap_known large                lines with blocks of 128 KiB and more, at the peak: ` line=NAME held=N true=N blocks=N`
 * heap_known plateau              a peak of 64 MiB, after which the kernel's mark creeps upwards although half is freed:
 *                                 ` peak=N then=N later=N crept=KIB`: what its line held by the table of the peak, and when
 *                                 it was made; later: of a line that allocates after the peak
 * heap_known memory               blocks of a small program: ` virtual=KIB private=KIB` of this process
 * heap_known times                ` attach_ns=N finish_ns=N` CPU time of both, ` samples=N cost_ns=N` of the recording */
#include "bench/tools/heap_tables.h"

#include "bench/programs/footprint.h"

#include <math.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

static uint32_t random_state = 2463534242u;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * limit >> 32);
}

static uint64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1000000000ULL * (uint64_t)t.tv_sec + (uint64_t)t.tv_nsec;
}

static void *touched(void *block, size_t size)
{
    if (!block)
        abort();
    return memset(block, 1, size);
}

/* ---- samples ---- */

__attribute__((noinline)) static uint64_t allocate_nodes(char **nodes, uint64_t bytes)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; sum < bytes; i++) {
        size_t size = 16 + random_below(481);
        nodes[i] = touched(malloc(size), size);
        sum += size;
        nodes[i + 1] = NULL;
    }
    return sum;
}

/* One standard deviation, as collector/merge/heap.c computes it, from the samples of one run. */
static double error_of(const struct mw_heap_site *before, const struct mw_heap_site *after, uint64_t bytes)
{
    double allocated = (double)(after->allocated - before->allocated);

    return allocated > 0 ? sqrt((double)(after->variance_kib - before->variance_kib) * 1048576 / allocated * (double)bytes) : 0;
}

static void samples(int runs, uint64_t bytes)
{
    char **nodes = malloc((bytes / 16 + 2) * sizeof(*nodes));
    uint32_t site = heap_count_sites();
    static struct mw_heap_site before;

    for (int run = 0; run < runs; run++) {
        uint64_t sum = allocate_nodes(nodes, bytes);
        heap_count_sites();
        printf(" held=%llu true=%llu sd=%.0f interval=%llu\n", (unsigned long long)heap_sites[site].amount.held,
               (unsigned long long)sum, error_of(&before, &heap_sites[site], sum), (unsigned long long)heap_state.interval);
        before = heap_sites[site];
        for (uint32_t i = 0; nodes[i]; i++)
            free(nodes[i]);
    }
    free(nodes);
}

/* ---- large ---- */

#define MIB (1u << 20)

struct line {
    const char *name;
    uint32_t site;
    uint64_t bytes;
    int blocks;
};

/* The site that has allocated most of those that are new since there were `before`. */
static uint32_t newest_site(uint32_t before)
{
    uint32_t best = before;

    for (uint32_t i = before; i < heap_count_sites(); i++)
        if (heap_sites[i].allocated > heap_sites[best].allocated)
            best = i;
    return best;
}

/* Blocks of one line. `resident`: bytes of each. */
#define ALLOCATE(what, count, resident, expression)                                                            \
    do {                                                                                                       \
        uint32_t before = heap_count_sites();                                                                  \
        for (int i = 0; i < (count); i++)                                                                      \
            blocks[block_count++] = (expression);                                                              \
        lines[line_count++] = (struct line){what, newest_site(before), (resident) * (uint64_t)(count), count}; \
    } while (0)

static struct line lines[16];
static int line_count;
static int block_count;
static void *blocks[1000];

static void *grown(void)
{
    char *block = touched(malloc(128 << 10), 128 << 10);

    for (size_t size = 256 << 10; size <= 4 * MIB; size *= 2)
        block = touched(realloc(block, size), size);
    return block;
}

static void *in_thread(void *data)
{
    return (void)data, touched(malloc(3 * MIB), 3 * MIB);
}

static void *of_thread(void)
{
    pthread_t thread;
    void *block;

    if (pthread_create(&thread, NULL, in_thread, NULL) || pthread_join(thread, &block))
        abort();
    return block;
}

static void *halfway(void)
{
    char *block = malloc(2 * MIB);

    touched(block, MIB);
    return block;
}

static void large(void)
{
    ALLOCATE("freed", 20, 0, touched(malloc(256 << 10), 256 << 10));
    while (block_count)
        free(blocks[--block_count]);
    ALLOCATE("whole", 40, MIB + 12345, touched(malloc(MIB + 12345), MIB + 12345));
    ALLOCATE("smallest", 200, 128 << 10, touched(malloc(128 << 10), 128 << 10));
    ALLOCATE("calloc", 10, MIB, touched(calloc(2, MIB / 2), MIB));
    ALLOCATE("untouched", 10, 0, calloc(1, 8 * MIB));
    ALLOCATE("half", 10, MIB, halfway());
    ALLOCATE("threads", 10, 3 * MIB, of_thread());
    ALLOCATE("realloc", 3, 4 * MIB, grown());
    while (block_count)
        free(blocks[--block_count]);
    heap_link->finish();
    for (int i = 0; i < line_count; i++)
        printf(" line=%s held=%llu true=%llu blocks=%d\n", lines[i].name,
               (unsigned long long)heap_at_peak(&heap_sites[lines[i].site].amount), (unsigned long long)lines[i].bytes,
               lines[i].blocks);
}

/* ---- plateau ---- */

#define PLATEAU (64u << 20)
#define NODE 1000u
#define NODES (PLATEAU / NODE)
#define CREEP (1u << 20)

static char creep[CREEP];
static char *plateau_nodes[NODES];

static long mark_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void plateau(uint32_t seed)
{
    uint32_t before = heap_count_sites(), after;
    uint64_t then;
    long mark;

    random_state = seed;
    for (uint32_t i = 0; i < NODES; i++)
        plateau_nodes[i] = touched(malloc(NODE), NODE);
    mark = mark_kib();
    after = heap_count_sites();
    then = heap_sites[before].amount.held;
    for (uint32_t i = 0; i < NODES / 2; i++) {
        free(plateau_nodes[i]);
        plateau_nodes[i] = NULL;
    }
    for (uint32_t i = 0; i < 400000; i++) {
        uint32_t k = random_below(NODES / 4);
        size_t size = 500 + random_below(1000);
        free(plateau_nodes[k]);
        plateau_nodes[k] = touched(malloc(size), size);
        if (i % 2000 == 0)
            creep[i / 2000 * 4096 % CREEP] = 1;
    }
    heap_link->finish();
    printf(" peak=%llu then=%llu later=%llu crept=%ld\n", (unsigned long long)heap_at_peak(&heap_sites[before].amount),
           (unsigned long long)then, (unsigned long long)heap_at_peak(&heap_sites[after].amount), mark_kib() - mark);
}

/* ---- memory, times ---- */

static long field_kib(const char *file, const char *name)
{
    static char text[4096];
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (n < 0)
        exit(1);
    close(fd);
    text[n] = '\0';
    return footprint_field(text, name);
}

/* 20,000 small blocks of 8 lines, a tenth of which stay, and a few large ones. */
static void small_program(void)
{
    static void *kept[2000];

    for (int i = 0; i < 20000; i++) {
        void *block = i % 8 < 4 ? malloc(16 + random_below(2000)) : calloc(1, 16 + random_below(200));
        free(kept[i / 10]);
        kept[i / 10] = block;
    }
    for (int i = 0; i < 16; i++)
        free(touched(malloc(MIB), MIB));
}

static void memory(void)
{
    small_program();
    printf(" virtual=%ld private=%ld\n", field_kib("/proc/self/status", "\nVmSize:"),
           field_kib("/proc/self/smaps_rollup", "\nPrivate_Dirty:"));
}

static void times(void)
{
    uint64_t begin = cpu_ns(), attached, finishing;

    heap_attach();
    attached = cpu_ns();
    small_program();
    finishing = cpu_ns();
    heap_link->finish();
    printf(" attach_ns=%llu finish_ns=%llu samples=%llu cost_ns=%llu\n", (unsigned long long)(attached - begin),
           (unsigned long long)(cpu_ns() - finishing), (unsigned long long)heap_state.sampled,
           (unsigned long long)heap_state.cost_ns);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    setvbuf(stdout, malloc(1 << 16), _IOFBF, 1 << 16); /* before the first line that counts */
    if (!strcmp(what, "times"))
        return times(), 0;
    if (!heap_attach() && strcmp(what, "memory") != 0) {
        fputs("heap_known: libmemwatch-heap.so is not preloaded\n", stderr);
        return 1;
    }
    if (!strcmp(what, "samples") && argc == 4)
        samples(atoi(argv[2]), strtoull(argv[3], NULL, 10));
    else if (!strcmp(what, "large"))
        large();
    else if (!strcmp(what, "plateau"))
        plateau(argc > 2 ? (uint32_t)atol(argv[2]) : 1);
    else if (!strcmp(what, "memory"))
        memory();
    else
        return 2;
    return 0;
}
