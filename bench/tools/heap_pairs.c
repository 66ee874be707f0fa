/* SPDX-License-Identifier: MIT */
/* heap_pairs SIZE LIVE THREADS MS, or heap_pairs SIZE LIVE 0 PAIRS for counting instructions
 *
 * Pairs of free() and malloc() of SIZE bytes (a random one of LIVE blocks is replaced), in THREADS threads for MS
 * milliseconds of CPU time each. Prints ` calm=NS mean=NS`: nanoseconds of a pair, mean over the threads; calm: the tenth
 * percentile of batches of some 10 us; mean: CPU time of the thread over all its pairs. */
#include "bench/tools/heap_tables.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCHES 200000

static size_t size;
static uint32_t live;
static double limit_ns;

struct result {
    double calm, mean;
};

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* Its instructions are counted by `bench/heap`. */
__attribute__((noinline)) static void counted_loop(char **blocks, long pairs)
{
    static _Thread_local uint32_t random = 12345;

    for (long i = 0; i < pairs; i++) {
        uint32_t k = (uint32_t)(((uint64_t)(random = random * 1664525 + 1013904223) * live) >> 32);
        free(blocks[k]);
        blocks[k] = malloc(size);
        if (!blocks[k])
            abort();
        *(volatile char *)blocks[k] = 1;
    }
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static void measure(struct result *result, char **blocks, float *batches)
{
    long pairs = size < MW_HEAP_BIG ? 1000 : 20, count = 0;
    double begin = now(CLOCK_THREAD_CPUTIME_ID), end;

    do {
        for (int i = 0; i < 20 && count < BATCHES; i++) {
            double batch = now(CLOCK_MONOTONIC);
            counted_loop(blocks, pairs);
            batches[count++] = (float)((now(CLOCK_MONOTONIC) - batch) / (double)pairs);
        }
        end = now(CLOCK_THREAD_CPUTIME_ID);
    } while (end - begin < limit_ns && count < BATCHES);
    qsort(batches, (size_t)count, sizeof(*batches), compare);
    result->calm = batches[count / 10];
    result->mean = (end - begin) / (double)(count * pairs);
}

static void *work(void *data)
{
    char **blocks = calloc(live, sizeof(*blocks));
    float *batches = malloc(BATCHES * sizeof(*batches));

    if (!blocks || !batches)
        abort();
    memset(batches, 1, BATCHES * sizeof(*batches)); /* all pages are there from now on */
    counted_loop(blocks, 4L * live);
    measure(data, blocks, batches);
    for (uint32_t i = 0; i < live; i++)
        free(blocks[i]);
    free(batches);
    free(blocks);
    return NULL;
}

static void count(long pairs)
{
    char **blocks = calloc(live, sizeof(*blocks));

    counted_loop(blocks, pairs);
    free(blocks);
}

int main(int argc, char **argv)
{
    struct result results[64] = {{0, 0}}, sum = {0, 0};
    pthread_t ids[64];
    int threads;

    if (argc != 5)
        return 2;
    size = strtoul(argv[1], NULL, 10);
    live = (uint32_t)strtoul(argv[2], NULL, 10);
    threads = atoi(argv[3]);
    limit_ns = 1e6 * atof(argv[4]);
    heap_attach();
    if (!threads)
        count(atol(argv[4]));
    for (int i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, work, &results[i]))
            return 1;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum.calm += results[i].calm / threads;
        sum.mean += results[i].mean / threads;
    }
    printf(" calm=%.3f mean=%.3f\n", sum.calm, sum.mean);
    return 0;
}
