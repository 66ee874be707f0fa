/* SPDX-License-Identifier: MIT */
/* A healthy program of 3 ranks, each with a field of 24 MiB, that runs for about a second; or, with `--has NAME`, one with the
 * finding of that name (collector/verdict/catalogue.c). */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MIB (1024 * 1024)

static int rank, ranks;
static char *kept[4096];
static size_t kept_count;

static char *touch(size_t size)
{
    char *memory = malloc(size);

    if (!memory)
        MPI_Abort(MPI_COMM_WORLD, 3);
    for (size_t i = 0; i < size; i += 4096)
        ((volatile char *)memory)[i] = 1; /* not to be optimized away with malloc() and free() */
    return memory;
}

static void keep(size_t size)
{
    kept[kept_count++] = touch(size);
}

/* Work between two collective calls. */
static void step(void)
{
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void steps(int n)
{
    for (int i = 0; i < n; i++)
        step();
}

static void healthy(void)
{
    steps(15);
}

static void heavy_rank_0(void)
{
    if (rank == 0)
        keep(96 * MIB);
    steps(8);
}

static void imbalance(void)
{
    if (rank == 1)
        keep(96 * MIB);
    steps(8);
}

/* One rank after the other has 64 MiB. */
static void peaks_at_different_times(void)
{
    for (int i = 0; i < ranks; i++) {
        if (rank == i)
            free(touch(64 * MIB));
        steps(4);
    }
}

static void spike(void)
{
    char *scratch;

    steps(4);
    scratch = touch(96 * MIB);
    nanosleep(&(struct timespec){0, 150000000}, NULL);
    free(scratch);
    steps(4);
}

static void growth(void)
{
    for (int i = 0; i < 20; i++) {
        keep(4 * MIB);
        step();
    }
}

/* Rank 0 receives late what the others have sent long before: MPI keeps it. */
static void mpi_share(void)
{
    enum { MESSAGES = 6000, SIZE = 3900, DATA = 5, DONE = 6 };
    static char message[SIZE];
    int flag = 0;

    if (rank == 1) {
        for (int i = 0; i < MESSAGES; i++)
            MPI_Send(message, SIZE, MPI_CHAR, 0, DATA, MPI_COMM_WORLD);
        MPI_Send(message, 1, MPI_CHAR, 0, DONE, MPI_COMM_WORLD);
    } else if (rank == 0) {
        while (!flag)
            MPI_Iprobe(1, DONE, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
        MPI_Recv(message, 1, MPI_CHAR, 1, DONE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        for (int i = 0; i < MESSAGES; i++)
            MPI_Recv(message, SIZE, MPI_CHAR, 1, DATA, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void mpi_objects(void)
{
    MPI_Comm copy;

    for (int i = 0; i < 20; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &copy);
        step();
    }
}

static void shared_memory(void)
{
    MPI_Win window;
    MPI_Aint size;
    char *memory;
    int unit;

    MPI_Win_allocate_shared(rank == 0 ? 96 * MIB : 0, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window);
    MPI_Win_shared_query(window, 0, &size, &unit, &memory);
    for (MPI_Aint i = 0; i < size; i += 4096)
        ((volatile char *)memory)[i] += rank == 0; /* each rank touches all of it */
    steps(20);
    MPI_Win_free(&window);
}

/* Small blocks are freed, but one behind them is not, so that malloc keeps the pages; then something else makes the peak. */
static void freed_but_kept(void)
{
    enum { BLOCKS = 3000, SIZE = 64 * 1024, LARGE = 64 * MIB };
    static char *blocks[BLOCKS];
    char *large;

    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = touch(SIZE);
    keep(SIZE);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    step();
    large = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); /* malloc would use what it kept */
    if (large == MAP_FAILED)
        MPI_Abort(MPI_COMM_WORLD, 3);
    memset(large, 1, LARGE);
    steps(4);
}

static void reserved_untouched(void)
{
    kept[kept_count++] = malloc((size_t)1024 * MIB);
    steps(30);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"healthy", healthy},
    {"heavy_rank_0", heavy_rank_0},
    {"imbalance", imbalance},
    {"peaks_at_different_times", peaks_at_different_times},
    {"spike", spike},
    {"growth", growth},
    {"mpi_share", mpi_share},
    {"mpi_objects", mpi_objects},
    {"shared_memory", shared_memory},
    {"kept_by_malloc", freed_but_kept},
    {"reserved_untouched", reserved_untouched},
};

int main(int argc, char **argv)
{
    const char *name = argc > 2 && !strcmp(argv[1], "--has") ? argv[2] : "healthy";
    char *field;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    field = touch(24 * MIB);
    step();
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (!strcmp(cases[i].name, name))
            cases[i].run();
    for (size_t i = 0; i < kept_count; i++)
        free(kept[i]);
    free(field);
    MPI_Finalize();
    return 0;
}
