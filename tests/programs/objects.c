/* SPDX-License-Identifier: MIT */
/* MPI objects of every kind: `--loops N` times. What is at the line of a "leaks" comment is not freed, all else is. At the end
 * each rank prints how many of each kind it created, freed, and had at one time at most. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum kind { COMM, DATATYPE, GROUP, OP, INFO, WINDOW, OPEN_FILE, REQUEST, SESSION, KINDS };
static const char *const names[] = {"communicator", "datatype", "group",              "op",     "info",
                                    "window",       "file",     "persistent_request", "session"};
static long created[KINDS], freed[KINDS], most[KINDS];

static void make(enum kind kind)
{
    created[kind]++;
    if (most[kind] < created[kind] - freed[kind])
        most[kind] = created[kind] - freed[kind];
}

static void done(enum kind kind)
{
    freed[kind]++;
}

static void sum(void *in, void *inout, int *count, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *count; i++)
        ((int *)inout)[i] += ((int *)in)[i];
}

/* For the whole run: not a leak, though nothing frees them. */
static MPI_Datatype kept[32];

static void set_up(void)
{
    for (int i = 0; i < 32; i++) {
        MPI_Type_contiguous(i + 1, MPI_INT, &kept[i]); /* at the start only */
        make(DATATYPE);
    }
}

static void communicators(void)
{
    MPI_Comm copy, part, none, gone;
    int rank;

    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_dup(MPI_COMM_WORLD, &copy); /* leaks */
    make(COMM);
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, 0, &part);
    make(COMM);
    MPI_Comm_split(MPI_COMM_WORLD, MPI_UNDEFINED, 0, &none); /* MPI_COMM_NULL */
    MPI_Comm_dup(part, &gone);
    make(COMM);
    MPI_Comm_free(&part);
    MPI_Comm_disconnect(&gone);
    done(COMM);
    done(COMM);
}

/* Its result is freed by the caller. */
static MPI_Datatype make_type(int n)
{
    MPI_Datatype row, two;

    MPI_Type_vector(n, 1, 4, MPI_DOUBLE, &row);
    MPI_Type_dup(row, &two);
    make(DATATYPE);
    make(DATATYPE);
    MPI_Type_free(&row);
    done(DATATYPE);
    MPI_Type_commit(&two);
    return two;
}

static void datatypes(void)
{
    MPI_Datatype type = make_type(3), leak;
    int lengths[] = {1, 2};
    MPI_Aint at[] = {0, 64};
    MPI_Datatype types[] = {MPI_INT, MPI_DOUBLE};

    MPI_Type_create_struct(2, lengths, at, types, &leak); /* leaks */
    make(DATATYPE);
    MPI_Type_free(&type);
    done(DATATYPE);
}

static void groups(void)
{
    MPI_Group all, again, some, more, empty;
    int first[] = {0};

    MPI_Comm_group(MPI_COMM_WORLD, &all);
    MPI_Comm_group(MPI_COMM_WORLD, &again); /* the same handle once more, in both MPIs */
    MPI_Group_incl(all, 1, first, &some);
    MPI_Group_incl(all, 1, first, &more); /* leaks */
    make(GROUP);
    make(GROUP);
    make(GROUP);
    make(GROUP);
    MPI_Group_incl(all, 0, first, &empty); /* MPI_GROUP_EMPTY */
    MPI_Group_free(&some);
    MPI_Group_free(&all);
    MPI_Group_free(&again);
    done(GROUP);
    done(GROUP);
    done(GROUP);
}

static void others(const char *path)
{
    MPI_Op op;
    MPI_Info info, leak;
    MPI_Win window;
    MPI_File file;
    MPI_Request request;
    int value = 0;

    MPI_Op_create(sum, 1, &op);
    make(OP);
    MPI_Op_free(&op);
    done(OP);
    MPI_Info_create(&info);
    MPI_Info_dup(info, &leak); /* leaks */
    make(INFO);
    make(INFO);
    MPI_Win_create(&value, sizeof(value), 1, info, MPI_COMM_WORLD, &window);
    make(WINDOW);
    MPI_Win_free(&window);
    done(WINDOW);
    MPI_Info_free(&info);
    done(INFO);
    if (!MPI_File_open(MPI_COMM_SELF, path, MPI_MODE_CREATE | MPI_MODE_WRONLY | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL, &file)) {
        make(OPEN_FILE);
        MPI_File_close(&file);
        done(OPEN_FILE);
    }
    MPI_Send_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &request);
    make(REQUEST);
    MPI_Request_free(&request);
    done(REQUEST);
    MPI_Recv_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &request); /* leaks */
    make(REQUEST);
}

int main(int argc, char **argv)
{
    int rank, loops = 30;
    char path[200];

    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "--loops"))
            loops = atoi(argv[++i]);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(path, sizeof(path), "%s/objects-%ld", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
    set_up();
    for (int i = 0; i < loops; i++) {
        communicators();
        datatypes();
        groups();
        others(path);
        nanosleep(&(struct timespec){0, 30000000}, NULL); /* the setup is a small part of the run */
    }
    for (int kind = 0; kind < KINDS; kind++)
        if (created[kind])
            printf("rank %d %s created %ld freed %ld most %ld\n", rank, names[kind], created[kind], freed[kind], most[kind]);
    MPI_Finalize();
    return 0;
}
