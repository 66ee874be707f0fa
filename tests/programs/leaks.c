/* SPDX-License-Identifier: MIT */
/* A loop of --visits N visits of the phase "work" with an Allreduce before and after. In it, by --how: "leak" keeps --kib K
 * more at every visit; "warm" fills a cache in the first fifth of the visits; "saw" grows and lets go every tenth visit;
 * "once" keeps 32 MiB in the middle; "else" leaks in another phase, "other"; "small" keeps K KiB in small blocks at every visit,
 * "block" in one; "cached" does that, and fills a cache of 16 MiB in the first visit; "fragments" keeps every eighth of its blocks, which become
 * larger so that the others' memory does not fit them, and frees all of them before MPI_Finalize. A visit lasts --us U
 * microseconds more. The line where "block" and "small" allocate is printed. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SMALL 512

static int block_line, small_line; /* where they allocate */
static void *fragments[1 << 20];
static size_t fragment_count;

static void *hold(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(memory, 1, bytes);
    __asm__ volatile("" ::"r"(memory) : "memory");
    return memory;
}

static void hold_small(size_t bytes)
{
    for (size_t had = 0; had < bytes; had += SMALL) {
        void *memory = malloc(SMALL);
        small_line = __LINE__ - 1;
        memset(memory, 1, SMALL);
        __asm__ volatile("" ::"r"(memory) : "memory");
    }
}

static void hold_block(size_t bytes)
{
    void *memory = malloc(bytes);

    block_line = __LINE__ - 2;
    memset(memory, 1, bytes);
    __asm__ volatile("" ::"r"(memory) : "memory");
}

static void fill_cache(size_t bytes)
{
    void *memory = malloc(bytes);

    memset(memory, 1, bytes);
    __asm__ volatile("" ::"r"(memory) : "memory");
}

static void fragment(int visit, size_t bytes)
{
    size_t size = 1536 + 32 * (size_t)visit, count = 8 * bytes / size, kept = fragment_count;

    for (size_t i = 0; i < count; i++)
        memset(fragments[kept + i] = malloc(size), 1, size);
    for (size_t i = 0; i < count; i++)
        if (i % 8)
            free(fragments[kept + i]);
        else
            fragments[fragment_count++] = fragments[kept + i];
}

/* A macro, so that each use is a separate call site. */
#define MEET() MPI_Allreduce(&one, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD)

static void work(const char *how, int visit, int visits, size_t bytes)
{
    static void *teeth[10];

    if (!strcmp(how, "leak") || (!strcmp(how, "warm") && visit < visits / 5))
        hold(bytes);
    else if (!strcmp(how, "block"))
        hold_block(bytes);
    else if (!strcmp(how, "small"))
        hold_small(bytes);
    else if (!strcmp(how, "fragments"))
        fragment(visit, bytes);
    else if (!strcmp(how, "cached")) {
        if (!visit)
            fill_cache((size_t)16 << 20);
        hold_block(bytes);
    } else if (!strcmp(how, "once") && visit == visits / 2)
        hold((size_t)32 << 20);
    else if (!strcmp(how, "saw") && visit % 10 == 9)
        for (int i = 0; i < 9; i++)
            munmap(teeth[i], bytes);
    else if (!strcmp(how, "saw"))
        teeth[visit % 10] = hold(bytes);
}

int main(int argc, char **argv)
{
    const char *how = "leak";
    int visits = 100, us = 0, rank;
    size_t kib = 100;
    double one = 1, sum;

    for (int i = 1; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], "--how"))
            how = argv[i + 1];
        else if (!strcmp(argv[i], "--visits"))
            visits = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--kib"))
            kib = (size_t)atol(argv[i + 1]);
        else if (!strcmp(argv[i], "--us"))
            us = atoi(argv[i + 1]);
    MPI_Init(&argc, &argv);
    for (int visit = 0; visit < visits; visit++) {
        MPI_Pcontrol(1, "work");
        MEET();
        work(how, visit, visits, kib << 10);
        usleep((useconds_t)us);
        MEET();
        MPI_Pcontrol(-1, "work");
        MPI_Pcontrol(1, "other");
        MEET();
        work(strcmp(how, "else") ? "" : "leak", visit, visits, kib << 10);
        MEET();
        MPI_Pcontrol(-1, "other");
    }
    while (fragment_count)
        free(fragments[--fragment_count]);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        printf("LINES block %d small %d\n", block_line, small_line);
    MPI_Finalize();
    return 0;
}
