/* SPDX-License-Identifier: MIT */
/* Maps memory before and after MPI_Init. Libraries of the network (UCX below MPICH) look up mmap() and munmap() and overwrite their code
 * there: libc's, by which malloc() gives memory back, not a preloaded library's. Prints "LIBC name" for each that is found there, and
 * "MAPPED bytes" for what map_later() holds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define MIB ((size_t)1 << 20)

__attribute__((noinline)) static char *map(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    madvise(memory, size, MADV_NOHUGEPAGE);
    return memset(memory, 1, size);
}

__attribute__((noinline)) static char *map_later(size_t size)
{
    char *memory = map(size);

    return memory ? memset(memory, 2, size) : NULL;
}

static const void *object_of(const void *address)
{
    Dl_info info;

    return dladdr(address, &info) ? info.dli_fbase : NULL;
}

static void *do_nothing(void *argument)
{
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t thread; /* in older C libraries another library has threads, and some of libc's names */
    static const char *const names[] = {"mmap", "munmap", "mremap", "madvise", "sbrk", "brk"};
    const void *libc = object_of(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"));
    char *before = map(32 * MIB), *after;

    if (!pthread_create(&thread, NULL, do_nothing, NULL))
        pthread_join(thread, NULL);
    MPI_Init(&argc, &argv);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (libc && object_of(dlsym(RTLD_DEFAULT, names[i])) == libc)
            printf("LIBC %s\n", names[i]);
    after = map_later(80 * MIB);
    if (!before || !after || munmap(before, 32 * MIB) || munmap(after + 32 * MIB, 16 * MIB))
        MPI_Abort(MPI_COMM_WORLD, 1);
    before = map_later(48 * MIB);
    MPI_Barrier(MPI_COMM_WORLD);
    printf("MAPPED %zu\n", (64 + 48) * MIB);
    fflush(stdout);
    MPI_Finalize();
    return before == NULL;
}
