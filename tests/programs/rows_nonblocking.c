/* SPDX-License-Identifier: MIT */
/* Every nonblocking collective: calls and bytes, counted at the I... call. */
#include "tests/programs/rows.h"

#define FORM nonblocking
#define BLOCKING 0
#define CNT int
#define DIS int
#define DO(X, x, comm, sent, received, ...)                                                                            \
    do {                                                                                                               \
        MPI_Request request;                                                                                           \
        MPI_I##x(__VA_ARGS__, &request);                                                                               \
        expect("MPI_I" #x, comm, __FILE__, __LINE__, sent, received);                                                  \
        MPI_Wait(&request, MPI_STATUS_IGNORE);                                                                         \
    } while (0)
#include "tests/programs/rows_cases.h"

int main(int argc, char **argv)
{
    static struct rows_setup setup;
    MPI_Init(&argc, &argv);
    rows_start(&setup);
    nonblocking_all(&setup);
    return rows_end(&setup);
}
