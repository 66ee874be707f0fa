/* SPDX-License-Identifier: MIT */
#include <mpi.h>

double md_run(int steps);

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    double value = md_run(5);
    MPI_Finalize();
    return value > 0 ? 0 : 1;
}
