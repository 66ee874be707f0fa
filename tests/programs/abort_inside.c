/* SPDX-License-Identifier: MIT */
/* abort_inside HOW: rank 1 calls MPI_Abort(23) in unusual places, most of them inside another MPI call: errhandler, op,
 * signal, copy (a keyval's copy function, in MPI_Comm_dup), delete (its delete function), finalize (the delete function of
 * an attribute of MPI_COMM_SELF, in MPI_Finalize), query, free (of a generalized request, in MPI_Wait), cancel, thread
 * (another thread, while main waits in a call), exit (an atexit handler), datarep (a conversion function; exits with 77 if
 * the library does not support it). */
#include "tests/programs/expect.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int rank;

static void give_up(void)
{
    if (rank == 1)
        MPI_Abort(MPI_COMM_WORLD, 23);
}

/* ---- the callers of MPI_Abort ---- */

static void on_error(MPI_Comm *comm, int *code, ...)
{
    (void)comm;
    (void)code;
    give_up();
}

static void operation(void *in, void *inout, int *count, MPI_Datatype *type)
{
    (void)in;
    (void)inout;
    (void)count;
    (void)type;
    give_up();
}

static void on_signal(int signal)
{
    (void)signal;
    give_up();
}

static int copy(MPI_Comm comm, int keyval, void *extra, void *in, void *out, int *flag)
{
    (void)comm;
    (void)keyval;
    (void)extra;
    (void)in;
    (void)out;
    *flag = 0;
    give_up();
    return MPI_SUCCESS;
}

static int delete (MPI_Comm comm, int keyval, void *value, void *extra)
{
    (void)comm;
    (void)keyval;
    (void)value;
    (void)extra;
    give_up();
    return MPI_SUCCESS;
}

static const char *how = "";

static int query(void *extra, MPI_Status *status)
{
    (void)extra;
    if (!strcmp(how, "query"))
        give_up();
    MPI_Status_set_elements(status, MPI_INT, 0);
    MPI_Status_set_cancelled(status, 0);
    status->MPI_SOURCE = status->MPI_TAG = MPI_UNDEFINED;
    return MPI_SUCCESS;
}

static int free_request(void *extra)
{
    (void)extra;
    if (!strcmp(how, "free"))
        give_up();
    return MPI_SUCCESS;
}

static int cancel(void *extra, int complete)
{
    (void)extra;
    (void)complete;
    give_up();
    return MPI_SUCCESS;
}

static void *run_thread(void *nothing)
{
    usleep(200000);
    give_up();
    return nothing;
}

static int convert(void *user, MPI_Datatype type, int count, void *file, MPI_Offset at, void *extra)
{
    (void)user;
    (void)type;
    (void)count;
    (void)file;
    (void)at;
    (void)extra;
    give_up();
    return MPI_SUCCESS;
}

static int extent(MPI_Datatype type, MPI_Aint *bytes, void *extra)
{
    MPI_Aint low;

    (void)extra;
    return MPI_Type_get_extent(type, &low, bytes);
}

/* ---- the places ---- */

static void fail_call(void)
{
    MPI_Errhandler handler;
    int one = 1;

    MPI_Comm_create_errhandler(on_error, &handler);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler);
    MPI_Bcast(&one, 1, MPI_INT, rank == 1 ? 77 : 1, MPI_COMM_WORLD); /* an invalid root */
}

static void reduce(void)
{
    int one = 1, sum;
    MPI_Op op;

    MPI_Op_create(operation, 1, &op);
    MPI_Reduce(&one, &sum, 1, MPI_INT, op, 1, MPI_COMM_WORLD);
}

static void be_signalled(void)
{
    signal(SIGALRM, on_signal);
    if (rank == 1)
        ualarm(200000, 0);
    for (;;)
        MPI_Barrier(MPI_COMM_WORLD);
}

static void set_attribute(MPI_Comm comm)
{
    int keyval;

    MPI_Comm_create_keyval(copy, delete, &keyval, NULL);
    MPI_Comm_set_attr(comm, keyval, &rank);
}

static void duplicate(void)
{
    MPI_Comm comm;

    set_attribute(MPI_COMM_WORLD);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
}

static void free_comm(void)
{
    MPI_Comm comm;

    MPI_Comm_split(MPI_COMM_WORLD, 0, rank, &comm);
    set_attribute(comm);
    MPI_Comm_free(&comm);
}

static void finalize(void)
{
    set_attribute(MPI_COMM_SELF);
    MPI_Finalize();
}

static void request(void)
{
    MPI_Request one;

    MPI_Grequest_start(query, free_request, cancel, NULL, &one);
    if (!strcmp(how, "cancel"))
        MPI_Cancel(&one);
    MPI_Grequest_complete(one);
    MPI_Wait(&one, MPI_STATUS_IGNORE);
}

static void wait_for_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, run_thread, NULL);
    for (;;)
        MPI_Barrier(MPI_COMM_WORLD);
}

static void leave(void)
{
    atexit(give_up);
    if (rank == 1)
        exit(0);
}

static void convert_file(void)
{
    char name[64] = "abort_inside.data";
    int number = 7;
    MPI_File file;

    MPI_File_set_errhandler(MPI_FILE_NULL, MPI_ERRORS_RETURN);
    if (MPI_Register_datarep("mine", convert, convert, extent, NULL) ||
        MPI_File_open(MPI_COMM_WORLD, name, MPI_MODE_CREATE | MPI_MODE_RDWR | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL, &file) ||
        MPI_File_set_view(file, 0, MPI_INT, MPI_INT, "mine", MPI_INFO_NULL) ||
        MPI_File_write_at(file, rank, &number, 1, MPI_INT, MPI_STATUS_IGNORE)) {
        MPI_Finalize();
        exit(77);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *how;
        void (*run)(void);
    } ways[] = {{"errhandler", fail_call},   {"op", reduce},        {"signal", be_signalled},
                {"copy", duplicate},         {"delete", free_comm}, {"finalize", finalize},
                {"query", request},          {"free", request},     {"cancel", request},
                {"thread", wait_for_thread}, {"exit", leave},       {"datarep", convert_file}};
    int provided;

    how = argc > 1 ? argv[1] : "";
    MPI_Init_thread(&argc, &argv, strcmp(how, "thread") ? MPI_THREAD_SINGLE : MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Barrier(MPI_COMM_WORLD);
    usleep(100000);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (!strcmp(ways[i].how, how))
            ways[i].run();
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
