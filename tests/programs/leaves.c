/* SPDX-License-Identifier: MIT */
/* A rank starts helpers that outlive the job, until a file is there (or a minute is over): leaves HOW RANK COUNT MIB FILE
 * HOW: setsid (a new session), daemon (the same by double fork), exec (a different program, `sh`). They close all
 * descriptors, as daemons do; memory is touched before the rank continues. */
#include "tests/programs/expect.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void wait_for(const char *file)
{
    for (int i = 0; i < 6000 && access(file, F_OK); i++)
        usleep(10000);
}

static void be_helper(const char *how, size_t bytes, const char *file, volatile int *ready)
{
    char *memory;

    setsid();
    if (!strcmp(how, "daemon") && fork())
        _exit(0);
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    if (chdir("/"))
        _exit(1);
    if (!strcmp(how, "exec")) {
        __atomic_fetch_add(ready, 1, __ATOMIC_RELEASE);
        execl("/bin/sh", "sh", "-c", "n=0; until [ -e \"$0\" ] || [ $n = 600 ]; do n=$((n + 1)); sleep 0.1; done", file, NULL);
        _exit(1);
    }
    memory = malloc(bytes);
    memset(memory, 1, bytes);
    __asm__ volatile("" ::"r"(memory) : "memory");
    __atomic_fetch_add(ready, 1, __ATOMIC_RELEASE);
    wait_for(file);
    _exit(0);
}

int main(int argc, char **argv)
{
    volatile int *ready = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int rank, count = argc > 5 ? atoi(argv[3]) : 0;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc > 5 && rank == atoi(argv[2])) {
        for (int i = 0; i < count; i++)
            if (fork() == 0)
                be_helper(argv[1], (size_t)atoi(argv[4]) << 20, argv[5], ready);
        for (int i = 0; i < 6000 && __atomic_load_n(ready, __ATOMIC_ACQUIRE) < count; i++)
            usleep(10000);
        usleep(500000); /* a helper on another host is known only if the agent has sampled it during the life of the rank */
    }
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
