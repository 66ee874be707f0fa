/* SPDX-License-Identifier: MIT */
/* Every blocking collective: calls and bytes. */
#include "tests/programs/rows.h"

#define FORM blocking
#define BLOCKING 1
#define CNT int
#define DIS int
#define DO(X, x, comm, sent, received, ...) (MPI_##X(__VA_ARGS__), expect("MPI_" #X, comm, __FILE__, __LINE__, sent, received))
#include "tests/programs/rows_cases.h"

int main(int argc, char **argv)
{
    static struct rows_setup setup;
    MPI_Init(&argc, &argv);
    rows_start(&setup);
    blocking_all(&setup);
    return rows_end(&setup);
}
