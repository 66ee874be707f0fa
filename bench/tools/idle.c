/* SPDX-License-Identifier: MIT */
/* A process that makes no MPI call: prints its memory (bench/programs/footprint.h), and ends. */
#include "bench/programs/footprint.h"

int main(void)
{
    footprint_print();
    return 0;
}
