/* SPDX-License-Identifier: MIT */
#include "comm.h"

#include <mpi.h>

namespace {
/* Stripped, it has no name. */
__attribute__((noinline)) double reduce(double value, MPI_Op op)
{
    double result = 0;

    MPI_Allreduce(&value, &result, 1, MPI_DOUBLE, op, MPI_COMM_WORLD);
    return result;
}
}

namespace comm_ns {
template <> double Channel<double>::sum(double value)
{
    double result = reduce(value, MPI_SUM);
    __asm__ volatile("" : "+m"(result)); /* no tail call: the caller stays on the stack */
    return result;
}

template <> double Channel<double>::largest(double value)
{
    double result = reduce(value, MPI_MAX);
    __asm__ volatile("" : "+m"(result));
    return result;
}
}
