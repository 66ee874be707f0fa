/* SPDX-License-Identifier: MIT */
/* Three functions of one namespace that use the wrapper library, and one that calls MPI itself. */
#include "comm.h"

#include <mpi.h>

namespace md_ns {
template <class T, int N> struct Pair {
    T energy(T value);
};
struct Verlet {
    double setup(double value);
    double run(double value);
    void settle();
};

template <> double Pair<double, 3>::energy(double value)
{
    double result = comm_ns::Channel<double>().sum(value);
    __asm__ volatile("" : "+m"(result));
    return result;
}

double Verlet::setup(double value)
{
    double result = comm_ns::Channel<double>().sum(value);
    __asm__ volatile("" : "+m"(result));
    return result;
}

double Verlet::run(double value)
{
    double result = comm_ns::Channel<double>().largest(value);
    __asm__ volatile("" : "+m"(result));
    return result;
}

void Verlet::settle()
{
    MPI_Barrier(MPI_COMM_WORLD);
    __asm__ volatile("");
}
}

extern "C" double md_run(int steps)
{
    md_ns::Verlet verlet;
    double value = verlet.setup(1);

    for (int i = 0; i < steps; i++)
        value = verlet.run(value);
    verlet.settle();
    return md_ns::Pair<double, 3>().energy(value);
}
