/* SPDX-License-Identifier: MIT */
/* Messages between neighbours in a ring, in every form: calls and bytes, each at its line. */
#include "tests/programs/expect.h"

#define W MPI_COMM_WORLD
#define TAG 3
#define IGNORE MPI_STATUS_IGNORE

/* A call on a communicator of `size` processes, and its bytes. */
#define M(X, size, sent, received, ...) (MPI_##X(__VA_ARGS__), expect_add("MPI_" #X, size, __FILE__, __LINE__, sent, received))
/* A call without a communicator, and without bytes. */
#define Z(X, ...) M(X, 0, 0, 0, __VA_ARGS__)

static int a[64], b[64], n, next, before;
static MPI_Status statuses[5];
static MPI_Datatype vec; /* size 8, extent 16 */

static void blocking(void)
{
    MPI_Request request;

    M(Irecv, n, 0, 80, b, 20, MPI_INT, before, TAG, W, &request); /* a larger buffer than the message */
    M(Send, n, 24, 0, a, 3, vec, next, TAG, W);
    Z(Wait, &request, IGNORE);
    M(Irecv, n, 0, 40, b, 10, MPI_INT, before, TAG, W, &request);
    M(Ssend, n, 40, 0, a, 10, MPI_INT, next, TAG, W);
    Z(Waitall, 1, &request, statuses);
    M(Irecv, n, 0, 8, b, 1, MPI_DOUBLE, before, TAG, W, &request);
    MPI_Barrier(W);
    M(Rsend, n, 8, 0, a, 1, MPI_DOUBLE, next, TAG, W);
    Z(Wait, &request, IGNORE);
    M(Send, n, 0, 0, a, 10, MPI_INT, MPI_PROC_NULL, TAG, W);
    M(Recv, n, 0, 0, b, 10, MPI_INT, MPI_PROC_NULL, TAG, W, IGNORE);
    M(Send, 1, 0, 0, a, 10, MPI_INT, MPI_PROC_NULL, TAG, MPI_COMM_SELF);
}

static void buffered(void)
{
    static char space[4096];
    void *detached;
    int size;

    Z(Buffer_attach, space, sizeof space);
    M(Bsend, n, 16, 0, a, 2, MPI_DOUBLE, next, TAG, W);
    M(Recv, n, 0, 16, b, 4, MPI_INT, before, TAG, W, IGNORE);
    Z(Buffer_detach, &detached, &size);
}

static void nonblocking(void)
{
    MPI_Request r[5];
    int index, flag = 0, count, indices[5];

    for (int i = 0; i < 4; i++)
        M(Irecv, n, 0, 12, b + 3 * i, 3, MPI_INT, before, TAG + i, W, &r[i]);
    MPI_Barrier(W);
    M(Isend, n, 12, 0, a, 3, MPI_INT, next, TAG, W, &r[4]);
    Z(Wait, &r[4], IGNORE);
    M(Issend, n, 12, 0, a, 3, MPI_INT, next, TAG + 1, W, &r[4]);
    Z(Waitany, 1, &r[4], &index, IGNORE);
    M(Irsend, n, 12, 0, a, 3, MPI_INT, next, TAG + 2, W, &r[4]);
    Z(Waitsome, 1, &r[4], &count, indices, statuses);
    M(Isend, n, 12, 0, a, 3, MPI_INT, next, TAG + 3, W, &r[4]);
    while (!flag)
        Z(Testall, 5, r, &flag, statuses);
    M(Irecv, n, 0, 4, b, 1, MPI_INT, before, TAG, W, &r[0]);
    M(Isend, n, 4, 0, a, 1, MPI_INT, next, TAG, W, &r[1]);
    for (flag = 0; !flag;)
        Z(Test, &r[0], &flag, IGNORE);
    for (flag = 0; !flag;)
        Z(Testany, 1, &r[1], &index, &flag, IGNORE);
    Z(Testsome, 2, r, &count, indices, statuses);
}

static void both_ways(void)
{
    M(Sendrecv, n, 20, 80, a, 5, MPI_INT, next, TAG, b, 20, MPI_INT, before, TAG, W, IGNORE);
    M(Sendrecv, n, 0, 0, a, 5, MPI_INT, MPI_PROC_NULL, TAG, b, 20, MPI_INT, MPI_PROC_NULL, TAG, W, IGNORE);
    M(Sendrecv_replace, n, 28, 28, a, 7, MPI_INT, next, TAG, before, TAG, W, IGNORE);
#if MPI_VERSION >= 4
    MPI_Request r;
    M(Isendrecv, n, 20, 24, a, 5, MPI_INT, next, TAG, b, 6, MPI_INT, before, TAG, W, &r);
    Z(Wait, &r, IGNORE);
    M(Isendrecv_replace, n, 28, 28, a, 7, MPI_INT, next, TAG, before, TAG, W, &r);
    Z(Wait, &r, IGNORE);
#endif
}

static void probed(void)
{
    MPI_Message message;
    MPI_Request r;
    int flag = 0;

    for (int i = 0; i < 4; i++)
        M(Send, n, 4, 0, a, 1, MPI_INT, next, TAG + i, W);
    M(Probe, n, 0, 0, before, TAG, W, IGNORE);
    M(Recv, n, 0, 4, b, 1, MPI_INT, before, TAG, W, IGNORE);
    while (!flag)
        M(Iprobe, n, 0, 0, before, TAG + 1, W, &flag, IGNORE);
    M(Recv, n, 0, 4, b, 1, MPI_INT, before, TAG + 1, W, IGNORE);
    M(Mprobe, n, 0, 0, before, TAG + 2, W, &message, IGNORE);
    M(Mrecv, 0, 0, 8, b, 2, MPI_INT, &message, IGNORE);
    for (flag = 0; !flag;)
        M(Improbe, n, 0, 0, before, TAG + 3, W, &flag, &message, IGNORE);
    M(Imrecv, 0, 0, 4, b, 1, MPI_INT, &message, &r);
    for (flag = 0; !flag;)
        Z(Request_get_status, r, &flag, IGNORE);
    Z(Wait, &r, IGNORE);
}

static void persistent(void)
{
    static char space[4096];
    MPI_Request r[5];
    void *detached;
    int size;

    Z(Buffer_attach, space, sizeof space);
    M(Recv_init, n, 0, 0, b, 6, MPI_INT, before, TAG, W, &r[0]);
    M(Send_init, n, 0, 0, a, 6, MPI_INT, next, TAG, W, &r[1]);
    M(Ssend_init, n, 0, 0, a, 5, MPI_INT, next, TAG, W, &r[2]);
    M(Bsend_init, n, 0, 0, a, 4, MPI_INT, next, TAG, W, &r[3]);
    M(Rsend_init, n, 0, 0, a, 3, MPI_INT, next, TAG, W, &r[4]);
    for (int i = 0; i < 3; i++) {
        M(Startall, n, 24, 24, 2, r);
        Z(Waitall, 2, r, statuses);
    }
    for (int i = 2; i < 5; i++) {
        M(Start, n, 0, 24, &r[0]);
        MPI_Barrier(W);
        M(Start, n, 4 * (7 - i), 0, &r[i]);
        Z(Wait, &r[0], IGNORE);
        Z(Wait, &r[i], IGNORE);
    }
    for (int i = 0; i < 5; i++)
        MPI_Request_free(&r[i]);
    Z(Buffer_detach, &detached, &size);
}

#if MPI_VERSION >= 4
static void large(void)
{
    const MPI_Count k = 5;
    MPI_Request r;

    M(Irecv_c, n, 0, 40, b, 2 * k, MPI_INT, before, TAG, W, &r);
    M(Send_c, n, 20, 0, a, k, MPI_INT, next, TAG, W);
    Z(Wait, &r, IGNORE);
    M(Sendrecv_c, n, 20, 40, a, k, MPI_INT, next, TAG, b, 2 * k, MPI_INT, before, TAG, W, IGNORE);
    M(Isend_c, n, 20, 0, a, k, MPI_INT, next, TAG, W, &r);
    M(Recv_c, n, 0, 20, b, k, MPI_INT, before, TAG, W, IGNORE);
    Z(Wait, &r, IGNORE);
    M(Sendrecv_replace_c, n, 20, 20, a, k, MPI_INT, next, TAG, before, TAG, W, IGNORE);
}

static void partitioned(void)
{
    int some[] = {3};
    MPI_Request r[2];
    int flag = 0;

    M(Psend_init, n, 0, 0, a, 4, 2, MPI_INT, next, TAG, W, MPI_INFO_NULL, &r[0]);
    M(Precv_init, n, 0, 0, b, 4, 2, MPI_INT, before, TAG, W, MPI_INFO_NULL, &r[1]);
    M(Startall, n, 32, 32, 2, r);
    Z(Pready, 0, r[0]);
    Z(Pready_range, 1, 2, r[0]);
    Z(Pready_list, 1, some, r[0]);
    while (!flag)
        Z(Parrived, r[1], 0, &flag);
    Z(Waitall, 2, r, statuses);
    MPI_Request_free(&r[0]);
    MPI_Request_free(&r[1]);
}
#else
static void large(void) {}
static void partitioned(void) {}
#endif

static void memory(void)
{
    void *p;

    Z(Alloc_mem, 4096, MPI_INFO_NULL, &p);
    Z(Free_mem, p);
}

int main(int argc, char **argv)
{
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(W, &rank);
    MPI_Comm_size(W, &n);
    next = (rank + 1) % n;
    before = (rank + n - 1) % n;
    MPI_Type_vector(2, 1, 2, MPI_INT, &vec);
    MPI_Type_commit(&vec);
    blocking();
    buffered();
    nonblocking();
    both_ways();
    probed();
    persistent();
    large();
    partitioned();
    memory();
    MPI_Type_free(&vec);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
