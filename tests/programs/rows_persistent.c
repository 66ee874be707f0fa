/* SPDX-License-Identifier: MIT */
/* Every persistent collective: the ..._init call moves nothing, each start of its request does. */
#include "tests/programs/rows.h"

#ifdef ROWS_INIT

#define FORM persistent
#define BLOCKING 0
#define CNT int
#define DIS int
#define DO(X, x, comm, sent, received, ...)                            \
    do {                                                               \
        MPI_Request request;                                           \
        ROWS_INIT(X)(__VA_ARGS__, MPI_INFO_NULL, &request);            \
        expect(ROWS_INIT_NAME(X), comm, __FILE__, __LINE__, 0, 0);     \
        MPI_Start(&request);                                           \
        expect("MPI_Start", comm, __FILE__, __LINE__, sent, received); \
        MPI_Wait(&request, MPI_STATUS_IGNORE);                         \
        MPI_Request_free(&request);                                    \
    } while (0)
#include "tests/programs/rows_cases.h"

#define INIT(X, comm, ...) (ROWS_INIT(X)(__VA_ARGS__), expect(ROWS_INIT_NAME(X), comm, __FILE__, __LINE__, 0, 0))

/* Requests that exist at the same time and are started repeatedly, one by one and together. */
static void restart(const struct rows_setup *s)
{
    MPI_Request all[3];
    MPI_Status statuses[3];
    int sum, value = s->r + 1, list[5] = {0}, last = s->n - 1, root = s->r == last;
    INIT(Allreduce, MPI_COMM_WORLD, &value, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, MPI_INFO_NULL, &all[0]);
    INIT(Bcast, MPI_COMM_WORLD, list, 5, MPI_INT, last, MPI_COMM_WORLD, MPI_INFO_NULL, &all[1]);
    INIT(Barrier, MPI_COMM_WORLD, MPI_COMM_WORLD, MPI_INFO_NULL, &all[2]);
    for (int i = 0; i < 7; i++) {
        MPI_Start(&all[0]), expect("MPI_Start", MPI_COMM_WORLD, __FILE__, __LINE__, 4, 4);
        MPI_Wait(&all[0], MPI_STATUS_IGNORE);
        CHECK(sum == triangle(s->n));
    }
    for (int i = 0; i < 4; i++) {
        sum = 0;
        list[4] = root ? i : -1;
        MPI_Startall(3, all),
            expect("MPI_Startall", MPI_COMM_WORLD, __FILE__, __LINE__, 4 + (root ? 20 : 0), 4 + (root ? 0 : 20));
        MPI_Waitall(3, all, statuses);
        CHECK(sum == triangle(s->n) && list[4] == i);
    }
    for (int i = 0; i < 3; i++)
        MPI_Request_free(&all[i]);
}

int main(int argc, char **argv)
{
    static struct rows_setup setup;
    MPI_Init(&argc, &argv);
    rows_start(&setup);
    persistent_all(&setup);
    restart(&setup);
    return rows_end(&setup);
}

#else

int main(void)
{
    puts("SKIP this MPI has no persistent collectives");
    return 77;
}

#endif
