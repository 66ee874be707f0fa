/* SPDX-License-Identifier: MIT */
/* The large-count (_c) form of every collective: blocking, nonblocking and persistent. */
#include "tests/programs/expect.h"

#if MPI_VERSION >= 4

#include "tests/programs/rows.h"

#define CNT MPI_Count
#define DIS MPI_Aint

/* MPI_Barrier has no counts, so it has no _c form. */
#define MPI_Barrier_c MPI_Barrier
#define MPI_Ibarrier_c MPI_Ibarrier
#define MPI_Barrier_init_c MPI_Barrier_init
#define NAME(text) (strstr(text, "arrier") ? strndup(text, strlen(text) - 2) : text)

#define FORM blocking
#define BLOCKING 1
#define DO(X, x, comm, sent, received, ...) \
    (MPI_##X##_c(__VA_ARGS__), expect(NAME("MPI_" #X "_c"), comm, __FILE__, __LINE__, sent, received))
#include "tests/programs/rows_cases.h"
#undef FORM
#undef BLOCKING
#undef DO

#define FORM nonblocking
#define BLOCKING 0
#define DO(X, x, comm, sent, received, ...)                                      \
    do {                                                                         \
        MPI_Request request;                                                     \
        MPI_I##x##_c(__VA_ARGS__, &request);                                     \
        expect(NAME("MPI_I" #x "_c"), comm, __FILE__, __LINE__, sent, received); \
        MPI_Wait(&request, MPI_STATUS_IGNORE);                                   \
    } while (0)
#include "tests/programs/rows_cases.h"
#undef FORM
#undef BLOCKING
#undef DO

#define FORM persistent
#define BLOCKING 0
#define DO(X, x, comm, sent, received, ...)                                \
    do {                                                                   \
        MPI_Request request;                                               \
        MPI_##X##_init_c(__VA_ARGS__, MPI_INFO_NULL, &request);            \
        expect(NAME("MPI_" #X "_init_c"), comm, __FILE__, __LINE__, 0, 0); \
        MPI_Start(&request);                                               \
        expect("MPI_Start", comm, __FILE__, __LINE__, sent, received);     \
        MPI_Wait(&request, MPI_STATUS_IGNORE);                             \
        MPI_Request_free(&request);                                        \
    } while (0)
#include "tests/programs/rows_cases.h"

int main(int argc, char **argv)
{
    static struct rows_setup setup;
    MPI_Init(&argc, &argv);
    rows_start(&setup);
    blocking_all(&setup);
    nonblocking_all(&setup);
    persistent_all(&setup);
    return rows_end(&setup);
}

#else

int main(void)
{
    puts("SKIP this MPI has no large-count calls");
    return 77;
}

#endif
