/* SPDX-License-Identifier: MIT */
/* One call of MPI, reached on many ways that look alike on the stack: callers with frames of the same size, a frame whose
 * size changes (alloca), recursion. Prints how often each path was taken: "PATH calls line line line", innermost first. */
#include <alloca.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define KEEP __asm__ volatile("" ::: "memory") /* the frame must still be there during the call */

enum { LEFT, RIGHT, VARIED, DEEP_0, DEEP_1, DEEP_2, WAYS };
static int sync_line, lines[WAYS][2];
static long calls[WAYS];

static __attribute__((noinline)) void sync_all(void)
{
    sync_line = __LINE__ + 1;
    MPI_Barrier(MPI_COMM_SELF);
    KEEP;
}

static __attribute__((noinline)) void left(void)
{
    lines[LEFT][0] = __LINE__ + 1;
    sync_all();
    KEEP;
}

static __attribute__((noinline)) void right(void)
{
    lines[RIGHT][0] = __LINE__ + 1;
    sync_all();
    KEEP;
}

static __attribute__((noinline)) void varied(size_t bytes)
{
    char *volatile memory = alloca(bytes);

    memory[0] = 1;
    lines[VARIED][0] = __LINE__ + 1;
    sync_all();
    KEEP;
}

static __attribute__((noinline)) void deep(int n, int way)
{
    if (n > 0) {
        lines[way][1] = __LINE__ + 1;
        deep(n - 1, way);
        KEEP;
        return;
    }
    lines[way][0] = __LINE__ + 1;
    sync_all();
    KEEP;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 20000;
    unsigned chance = 1;

    MPI_Init(&argc, &argv);
    for (int i = 0; i < rounds; i++) {
        int way = (int)((chance = chance * 1103515245 + 12345) >> 16) % WAYS;
        calls[way]++;
        if (way == LEFT) {
            lines[LEFT][1] = __LINE__ + 1;
            left();
        } else if (way == RIGHT) {
            lines[RIGHT][1] = __LINE__ + 1;
            right();
        } else if (way == VARIED) {
            lines[VARIED][1] = __LINE__ + 1;
            varied(16 * (1 + chance % 7));
        } else if (way == DEEP_0) {
            lines[DEEP_0][1] = __LINE__ + 1;
            deep(0, way);
        } else {
            deep(way - DEEP_0, way); /* its third frame is the line of deep() */
        }
        KEEP;
    }
    calls[DEEP_1] += calls[DEEP_2]; /* the two look alike in three frames when the fourth is not looked at */
    for (int way = 0; way < DEEP_2; way++)
        printf("PATH %ld %d %d %d\n", calls[way], sync_line, lines[way][0], lines[way][1]);
    MPI_Finalize();
    return 0;
}
