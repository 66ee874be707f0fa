/* SPDX-License-Identifier: MIT */
/* A known rise between the start of a nonblocking collective and its completion: rank --rank needs --mib more in the
 * user-defined operation of one MPI_Iallreduce, wherever the MPI library runs it.
 *   --end wait|waitall|waitany|waitsome|test|testall|testany|testsome|persistent    --mib M   --rank R
 *   PAIR rank=R call=MPI_Iallreduce+Wait line=L bytes=B file=ispikes.c
 * Where the library never calls the operation on that rank it prints NOPAIR and exits 77. */
#include "tests/programs/expect.h"
#include <sys/mman.h>
/* Open MPI 5 has the standard's name already, although it reports MPI 3.1; MPICH 3 has none. */
#if MPI_VERSION >= 4 || (defined OPEN_MPI && OMPI_MAJOR_VERSION >= 5)
#define INIT MPI_Allreduce_init
#define INIT_NAME "MPI_Allreduce_init"
#elif defined OPEN_MPI
#include <mpi-ext.h>
#define INIT MPIX_Allreduce_init
#define INIT_NAME "MPIX_Allreduce_init"
#else
#define INIT(in, out, n, type, op, comm, info, request) MPI_Abort(comm, 77)
#define INIT_NAME "MPI_Allreduce_init"
#endif

static size_t bytes = 32u << 20;
static int spiking, armed, made, completions;

static void add(void *in, void *inout, int *n, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *n; i++)
        ((long *)inout)[i] += ((long *)in)[i];
    if (!armed || !spiking)
        return;
    armed = 0;
    made = 1;
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < bytes; i += 4096)
        ((volatile char *)p)[i] = 1;
    munmap(p, bytes);
}

/* Each completing call on a separate line; returns that line. MPI_Test is called very often. */
static int complete(const char *end, MPI_Request *request)
{
    MPI_Status statuses[1];
    int flag = 0, index = 0, done = 0, indices[1], line = 0;
    if (!strcmp(end, "wait") || !strcmp(end, "persistent"))
        line = __LINE__, MPI_Wait(request, MPI_STATUS_IGNORE);
    else if (!strcmp(end, "waitall"))
        line = __LINE__, MPI_Waitall(1, request, statuses);
    else if (!strcmp(end, "waitany"))
        line = __LINE__, MPI_Waitany(1, request, &index, MPI_STATUS_IGNORE);
    else if (!strcmp(end, "waitsome"))
        line = __LINE__, MPI_Waitsome(1, request, &done, indices, statuses);
    else if (!strcmp(end, "test"))
        while (!flag)
            line = __LINE__, MPI_Test(request, &flag, MPI_STATUS_IGNORE);
    else if (!strcmp(end, "testall"))
        while (!flag)
            line = __LINE__, MPI_Testall(1, request, &flag, statuses);
    else if (!strcmp(end, "testany"))
        while (!flag)
            line = __LINE__, MPI_Testany(1, request, &index, &flag, MPI_STATUS_IGNORE);
    else if (!strcmp(end, "testsome"))
        while (done < 1)
            line = __LINE__, MPI_Testsome(1, request, &done, indices, statuses);
    completions++;
    return line;
}

int main(int argc, char **argv)
{
    const char *end = "wait";
    int rank, size, where = 1, line = 0, all_made, persistent;
    long in[64] = {1}, out[64];
    MPI_Request request;
    MPI_Op op;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--end"))
            end = argv[i + 1];
        else if (!strcmp(argv[i], "--mib"))
            bytes = (size_t)atol(argv[i + 1]) << 20;
        else if (!strcmp(argv[i], "--rank"))
            where = atoi(argv[i + 1]);
    }
    spiking = rank == where;
    persistent = !strcmp(end, "persistent");
    MPI_Op_create(add, 1, &op);
    if (persistent)
        INIT(in, out, 64, MPI_LONG, op, MPI_COMM_WORLD, MPI_INFO_NULL, &request);
    for (int turn = 0; turn < 5; turn++) {
        armed = turn == 2;
        if (persistent)
            MPI_Start(&request);
        else
            MPI_Iallreduce(in, out, 64, MPI_LONG, op, MPI_COMM_WORLD, &request);
        if (rank != where)
            usleep(2000); /* time for many MPI_Test calls */
        line = complete(end, &request);
        if (out[0] != size)
            MPI_Abort(MPI_COMM_WORLD, 1);
    }
    if (persistent)
        MPI_Request_free(&request);
    MPI_Op_free(&op);
    MPI_Allreduce(&made, &all_made, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    if (rank == 0 && all_made)
        printf("PAIR rank=%d call=%s+Wait line=%d bytes=%zu calls=%d file=ispikes.c\n", where,
               persistent ? INIT_NAME : "MPI_Iallreduce", line, bytes, completions);
    if (rank == 0 && !all_made)
        printf("NOPAIR rank=%d\n", where);
    MPI_Finalize();
    return all_made ? 0 : 77;
}
