/* SPDX-License-Identifier: MIT */
/* Sums over a grid of processes by ScaLAPACK's BLACS: all MPI calls go through this library. */
#include <stdio.h>

void Cblacs_pinfo(int *mine, int *count);
void Cblacs_get(int context, int what, int *value);
void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
void Cblacs_barrier(int context, const char *scope);
void Cblacs_gridexit(int context);
void Cblacs_exit(int keep);
void Cdgsum2d(int context, const char *scope, const char *top, int m, int n, double *a, int lda, int rdest, int cdest);

static int context;

static __attribute__((noinline)) double norm(double value)
{
    Cdgsum2d(context, "All", " ", 1, 1, &value, 1, -1, -1); /* norm */
    return value;
}

static __attribute__((noinline)) double residual(double value)
{
    for (int i = 0; i < 5; i++)
        Cdgsum2d(context, "All", " ", 1, 1, &value, 1, -1, -1); /* residual */
    return value;
}

static __attribute__((noinline)) void settle(void)
{
    Cblacs_barrier(context, "All"); /* settle */
    __asm__ volatile("");
}

int main(void)
{
    int mine, count;

    Cblacs_pinfo(&mine, &count);
    Cblacs_get(-1, 0, &context);
    Cblacs_gridinit(&context, "Row", 1, count);
    double first = norm(1), second = residual(1);
    settle();
    if (mine == 0)
        printf("%g %g\n", first, second);
    Cblacs_gridexit(context);
    Cblacs_exit(0);
    return 0;
}
