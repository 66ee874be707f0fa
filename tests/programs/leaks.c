/* SPDX-License-Identifier: MIT */
/* A loop of --visits N visits of the phase "work" with an Allreduce before and after. By --how: "leak" keeps --kib K more at
 * every visit; "warm" fills a cache in the first fifth of the visits; "saw" grows, and frees it every tenth visit; "once"
 * keeps 32 MiB in the middle; "else" leaks in another phase, "other". */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *hold(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(memory, 1, bytes);
    __asm__ volatile("" ::"r"(memory) : "memory");
    return memory;
}

/* A macro, so that each use is a separate call site. */
#define MEET() MPI_Allreduce(&one, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD)

static void work(const char *how, int visit, int visits, size_t bytes)
{
    static void *teeth[10];

    if (!strcmp(how, "leak") || (!strcmp(how, "warm") && visit < visits / 5))
        hold(bytes);
    else if (!strcmp(how, "once") && visit == visits / 2)
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
    int visits = 100;
    size_t kib = 100;
    double one = 1, sum;

    for (int i = 1; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], "--how"))
            how = argv[i + 1];
        else if (!strcmp(argv[i], "--visits"))
            visits = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--kib"))
            kib = (size_t)atol(argv[i + 1]);
    MPI_Init(&argc, &argv);
    for (int visit = 0; visit < visits; visit++) {
        MPI_Pcontrol(1, "work");
        MEET();
        work(how, visit, visits, kib << 10);
        MEET();
        MPI_Pcontrol(-1, "work");
        MPI_Pcontrol(1, "other");
        MEET();
        work(strcmp(how, "else") ? "" : "leak", visit, visits, kib << 10);
        MEET();
        MPI_Pcontrol(-1, "other");
    }
    MPI_Finalize();
    return 0;
}
