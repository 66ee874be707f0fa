/* SPDX-License-Identifier: MIT */
/* No MPI: maps N MiB of huge pages, touches them, and keeps them for 400 ms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

int main(int argc, char **argv)
{
    size_t bytes = (size_t)(argc > 1 ? atol(argv[1]) : 64) << 20;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    struct timespec t = {0, 400000000};

    if (p == MAP_FAILED) {
        perror("map_huge");
        return 1;
    }
    memset(p, 1, bytes);
    nanosleep(&t, NULL);
    return 0;
}
