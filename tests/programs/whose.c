/* SPDX-License-Identifier: MIT */
/* Memory that grows or shrinks inside MPI calls without being MPI's own, or that MPI allocates in calls that are not wrapped.
 *   whose WHAT [MIB]      MIB (40): how much
 * Prints OWN rank=R bytes=B multiple=0|1: what MPI_Init itself made RSS grow by, where no other thread runs meanwhile; and
 * whether MPI_THREAD_MULTIPLE was given. */
#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t bytes = 40u << 20;
static int rank;
static atomic_int touching, stop;

static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }

static long rss(void)
{
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
        exit(2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* ---- of the program, first touched inside a call ---- */

static void table(void)
{
    char *all = malloc(bytes);

    if (rank == 0)
        memset(all, 3, bytes);
    MPI_Bcast(all, (int)bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
    keep(all);
}

static void keep_some(void *in, void *inout, int *count, MPI_Datatype *type)
{
    static char *kept;

    (void)in;
    (void)inout;
    (void)count;
    (void)type;
    if (!kept)
        keep(memset(kept = malloc(bytes), 1, bytes));
}

static void op(void)
{
    int in = 1, out;
    MPI_Op mine;

    MPI_Op_create(keep_some, 1, &mine);
    MPI_Allreduce(&in, &out, 1, MPI_INT, mine, MPI_COMM_WORLD);
    MPI_Op_free(&mine);
}

static void file(void)
{
    char name[] = "whose.data", *all = malloc(bytes);
    MPI_File file;

    MPI_File_open(MPI_COMM_WORLD, name, MPI_MODE_CREATE | MPI_MODE_RDWR | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL, &file);
    MPI_File_set_size(file, (MPI_Offset)bytes);
    MPI_File_read_at_all(file, 0, all, (int)bytes, MPI_BYTE, MPI_STATUS_IGNORE);
    MPI_File_close(&file);
    keep(all);
}

/* ---- of the program, given back inside a call ---- */

static void windows(void)
{
    for (int i = 0; i < 4; i++) {
        char *mine;
        MPI_Win window;
        MPI_Win_allocate((MPI_Aint)bytes, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &mine, &window);
        memset(mine, 4, bytes);
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Win_free(&window);
    }
}

static int free_it(MPI_Comm comm, int key, void *mine, void *extra)
{
    (void)comm;
    (void)key;
    (void)extra;
    free(mine);
    return MPI_SUCCESS;
}

static void attribute(void)
{
    void *mine = memset(malloc(bytes), 5, bytes);
    MPI_Comm comm;
    int key;

    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, free_it, &key, NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_attr(comm, key, mine);
    MPI_Comm_free(&comm); /* here */
}

/* ---- taken or given in calls that are not wrapped ---- */

enum { MESSAGE = 3000 };

static void unexpected(void)
{
    static char one[MESSAGE];
    int count = (int)(bytes / MESSAGE), go = 0;

    for (int i = 0; rank == 1 && i < count; i++)
        MPI_Send(one, MESSAGE, MPI_BYTE, 0, 1, MPI_COMM_WORLD);
    if (rank == 1)
        MPI_Send(one, 1, MPI_BYTE, 0, 2, MPI_COMM_WORLD);
    if (rank != 0)
        return;
    while (!go)
        MPI_Iprobe(1, 2, MPI_COMM_WORLD, &go, MPI_STATUS_IGNORE);
    MPI_Recv(one, 1, MPI_BYTE, 1, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < count; i++)
        MPI_Recv(one, MESSAGE, MPI_BYTE, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void lent(void)
{
    int size, *one = malloc(sizeof(*one));
    char *mine, *attached = malloc(bytes);

    MPI_Alloc_mem((MPI_Aint)bytes, MPI_INFO_NULL, &mine);
    MPI_Barrier(MPI_COMM_WORLD);
    memset(mine, 6, bytes);
    MPI_Free_mem(mine);
    MPI_Buffer_attach(memset(attached, 7, bytes), (int)bytes);
    *one = rank;
    MPI_Bsend(one, 1, MPI_INT, !rank, 3, MPI_COMM_WORLD);
    MPI_Recv(one, 1, MPI_INT, !rank, 3, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Buffer_detach(&mine, &size);
    free(attached);
    free(one);
}

/* ---- other threads ---- */

/* Grows and shrinks all the time. */
static void *touch(void *x)
{
    while (!stop) {
        char *p = memset(malloc(bytes), 8, bytes);
        keep(p);
        touching = 1;
        usleep(2000);
        free(p);
    }
    return x;
}

static pthread_t start(void *(*run)(void *))
{
    pthread_t id;

    if (pthread_create(&id, NULL, run, NULL))
        exit(2);
    return id;
}

/* By turns one rank waits inside the call for the other one, while its thread continues. */
static void touch_until_stopped(void)
{
    pthread_t id = start(touch);
    int in = 1, out;

    for (int i = 0; i < 60; i++) {
        if (i % 2 == rank)
            usleep(5000);
        MPI_Allreduce(&in, &out, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    }
    stop = 1;
    pthread_join(id, NULL);
}

/* ---- */

static const struct {
    const char *name;
    void (*run)(void);
} whats[] = {{"table", table}, {"op", op}, {"file", file}, {"windows", windows}, {"attribute", attribute},
             {"unexpected", unexpected}, {"lent", lent}, {"later", touch_until_stopped}};

static void run(const char *what)
{
    for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
        if (!strcmp(whats[i].name, what))
            whats[i].run();
}

static const char *what = "";

/* From MPI_Init to MPI_Finalize, possibly in a thread. */
static void *use_mpi(void *x)
{
    int provided;
    long before = rss(), after;

    MPI_Init_thread(NULL, NULL, strcmp(what, "multiple") ? MPI_THREAD_FUNNELED : MPI_THREAD_MULTIPLE, &provided);
    after = rss();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Barrier(MPI_COMM_WORLD);
    run(what);
    fprintf(stderr, "OWN rank=%d bytes=%ld multiple=%d\n", rank, after - before, provided == MPI_THREAD_MULTIPLE);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    stop = 1;
    return x;
}

int main(int argc, char **argv)
{
    pthread_t id;

    what = argc > 1 ? argv[1] : "";
    if (argc > 2)
        bytes = (size_t)atoi(argv[2]) << 20;
    if (!strcmp(what, "early")) { /* another thread grows while MPI_Init runs */
        id = start(touch);
        while (!touching)
            usleep(100);
        use_mpi(NULL);
    } else if (!strcmp(what, "elsewhere")) { /* MPI in a thread, while this one grows */
        id = start(use_mpi);
        touch(NULL);
    } else
        return use_mpi(NULL) != NULL;
    pthread_join(id, NULL);
    return 0;
}
