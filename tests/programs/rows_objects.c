/* SPDX-License-Identifier: MIT */
/* Each call that creates an MPI object, three times, on 2 ranks. Everything is freed. Each rank prints how many of each kind it
 * created, freed, and had at one time at most, and rank 0 the calls that this MPI has. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { COMM, DATATYPE, GROUP, OP, INFO, WINDOW, OPEN_FILE, REQUEST, SESSION, KINDS };
static const char *const names[] = {"communicator", "datatype", "group",              "op",     "info",
                                    "window",       "file",     "persistent_request", "session"};
static long created[KINDS], live[KINDS], most[KINDS];
static int rank, round_number;

static void make(enum kind kind, const char *call)
{
    created[kind]++;
    if (most[kind] < ++live[kind])
        most[kind] = live[kind];
    if (rank == 0 && round_number == 0)
        printf("call %.*s\n", (int)strcspn(call, "("), call);
}

#define MAKE(kind, call) \
    do { \
        call; \
        make(kind, #call); \
    } while (0)

#define FREE(kind, call) \
    do { \
        call; \
        live[kind]--; \
    } while (0)

/* The call creates an object in `new`, which is freed at once. */
#define TYPE(call) \
    do { \
        MPI_Datatype new; \
        MAKE(DATATYPE, call); \
        FREE(DATATYPE, MPI_Type_free(&new)); \
    } while (0)

#define SET(call) \
    do { \
        MPI_Group new; \
        MAKE(GROUP, call); \
        FREE(GROUP, MPI_Group_free(&new)); \
    } while (0)

#define KEYS(call) \
    do { \
        MPI_Info new; \
        MAKE(INFO, call); \
        FREE(INFO, MPI_Info_free(&new)); \
    } while (0)

#define COMMUNICATOR(call) \
    do { \
        MPI_Comm new; \
        MAKE(COMM, call); \
        FREE(COMM, MPI_Comm_free(&new)); \
    } while (0)

#define PERSISTENT(call) \
    do { \
        MPI_Request new; \
        MAKE(REQUEST, call); \
        FREE(REQUEST, MPI_Request_free(&new)); \
    } while (0)

static void datatypes(void)
{
    const int lengths[] = {1, 2}, at[] = {0, 4}, sizes[] = {8, 8}, part[] = {4, 4}, from[] = {2, 2};
    const int spread[] = {MPI_DISTRIBUTE_BLOCK, MPI_DISTRIBUTE_BLOCK}, by[] = {MPI_DISTRIBUTE_DFLT_DARG, MPI_DISTRIBUTE_DFLT_DARG};
    const int grid[] = {2, 1};
    const MPI_Aint bytes[] = {0, 64};
    const MPI_Datatype types[] = {MPI_INT, MPI_DOUBLE};

    TYPE(MPI_Type_contiguous(3, MPI_INT, &new));
    TYPE(MPI_Type_vector(3, 1, 2, MPI_INT, &new));
    TYPE(MPI_Type_create_hvector(3, 1, 64, MPI_INT, &new));
    TYPE(MPI_Type_indexed(2, lengths, at, MPI_INT, &new));
    TYPE(MPI_Type_create_hindexed(2, lengths, bytes, MPI_INT, &new));
    TYPE(MPI_Type_create_indexed_block(2, 2, at, MPI_INT, &new));
    TYPE(MPI_Type_create_hindexed_block(2, 2, bytes, MPI_INT, &new));
    TYPE(MPI_Type_create_struct(2, lengths, bytes, types, &new));
    TYPE(MPI_Type_create_subarray(2, sizes, part, from, MPI_ORDER_C, MPI_INT, &new));
    TYPE(MPI_Type_create_darray(2, rank, 2, sizes, spread, by, grid, MPI_ORDER_C, MPI_INT, &new));
    TYPE(MPI_Type_create_resized(MPI_INT, 0, 64, &new));
    TYPE(MPI_Type_dup(MPI_INT, &new));
}

static void groups(void)
{
    MPI_Group all, one, other;
    int first[] = {0}, last[] = {1};
    int range[][3] = {{0, 0, 1}};

    MAKE(GROUP, MPI_Comm_group(MPI_COMM_WORLD, &all));
    MAKE(GROUP, MPI_Group_incl(all, 1, first, &one));
    MAKE(GROUP, MPI_Group_excl(all, 1, first, &other));
    SET(MPI_Group_incl(all, 1, last, &new));
    SET(MPI_Group_range_incl(all, 1, range, &new));
    SET(MPI_Group_range_excl(all, 1, range, &new));
    SET(MPI_Group_union(one, other, &new));
    SET(MPI_Group_intersection(all, other, &new));
    SET(MPI_Group_difference(all, one, &new));
    COMMUNICATOR(MPI_Comm_create(MPI_COMM_WORLD, all, &new));
    COMMUNICATOR(MPI_Comm_create_group(MPI_COMM_WORLD, all, 7, &new));
    FREE(GROUP, MPI_Group_free(&other));
    FREE(GROUP, MPI_Group_free(&one));
    FREE(GROUP, MPI_Group_free(&all));
}

static void communicators(void)
{
    const int two[] = {2}, one[] = {1}, no[] = {0}, ends[] = {1, 2}, edges[] = {1, 0}, other[] = {!rank};
    MPI_Comm grid, alone, inter, copy;
    MPI_Request request;

    COMMUNICATOR(MPI_Comm_dup(MPI_COMM_WORLD, &new));
    COMMUNICATOR(MPI_Comm_dup_with_info(MPI_COMM_WORLD, MPI_INFO_NULL, &new));
    COMMUNICATOR(MPI_Comm_split(MPI_COMM_WORLD, 0, 0, &new));
    COMMUNICATOR(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &new));
    MAKE(COMM, MPI_Comm_idup(MPI_COMM_WORLD, &copy, &request));
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    FREE(COMM, MPI_Comm_free(&copy));
    MAKE(COMM, MPI_Cart_create(MPI_COMM_WORLD, 1, two, no, 0, &grid));
    COMMUNICATOR(MPI_Cart_sub(grid, one, &new));
    FREE(COMM, MPI_Comm_free(&grid));
    COMMUNICATOR(MPI_Graph_create(MPI_COMM_WORLD, 2, ends, edges, 0, &new));
    /* (in MPI_COMM_SELF: with several processes Open MPI 4.1.4 hangs there now and then, also without memwatch) */
    COMMUNICATOR(MPI_Dist_graph_create(MPI_COMM_SELF, 1, no, one, no, one, MPI_INFO_NULL, 0, &new));
    COMMUNICATOR(MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 1, other, one, 1, other, one, MPI_INFO_NULL, 0, &new));
    MAKE(COMM, MPI_Comm_split(MPI_COMM_WORLD, rank, 0, &alone));
    MAKE(COMM, MPI_Intercomm_create(alone, 0, MPI_COMM_WORLD, !rank, 9, &inter));
    SET(MPI_Comm_remote_group(inter, &new));
    COMMUNICATOR(MPI_Intercomm_merge(inter, rank, &new));
    FREE(COMM, MPI_Comm_disconnect(&inter));
    FREE(COMM, MPI_Comm_free(&alone));
    KEYS(MPI_Comm_get_info(MPI_COMM_WORLD, &new));
}

static void windows(void)
{
    MPI_Win window;
    int value;
    void *memory;

    MAKE(WINDOW, MPI_Win_create(&value, sizeof(value), 1, MPI_INFO_NULL, MPI_COMM_WORLD, &window));
    SET(MPI_Win_get_group(window, &new));
    KEYS(MPI_Win_get_info(window, &new));
    FREE(WINDOW, MPI_Win_free(&window));
    MAKE(WINDOW, MPI_Win_allocate(64, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window));
    FREE(WINDOW, MPI_Win_free(&window));
    MAKE(WINDOW, MPI_Win_allocate_shared(64, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window));
    FREE(WINDOW, MPI_Win_free(&window));
    MAKE(WINDOW, MPI_Win_create_dynamic(MPI_INFO_NULL, MPI_COMM_WORLD, &window));
    FREE(WINDOW, MPI_Win_free(&window));
}

static void files(void)
{
    char path[200];
    MPI_File file;

    snprintf(path, sizeof(path), "%s/objects-%ld", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
    MAKE(OPEN_FILE, MPI_File_open(MPI_COMM_SELF, path, MPI_MODE_CREATE | MPI_MODE_RDWR | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL,
                                  &file));
    SET(MPI_File_get_group(file, &new));
    KEYS(MPI_File_get_info(file, &new));
    FREE(OPEN_FILE, MPI_File_close(&file));
}

static void add(void *in, void *inout, int *count, MPI_Datatype *type)
{
    (void)type;
    for (int i = 0; i < *count; i++)
        ((int *)inout)[i] += ((int *)in)[i];
}

static void others(void)
{
    MPI_Info info;
    MPI_Op op;
    int value = 0;

    MAKE(INFO, MPI_Info_create(&info));
    MPI_Info_set(info, "key", "value");
    KEYS(MPI_Info_dup(info, &new));
    FREE(INFO, MPI_Info_free(&info));
    MAKE(OP, MPI_Op_create(add, 1, &op));
    FREE(OP, MPI_Op_free(&op));
    PERSISTENT(MPI_Send_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &new));
    PERSISTENT(MPI_Bsend_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &new));
    PERSISTENT(MPI_Ssend_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &new));
    PERSISTENT(MPI_Rsend_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &new));
    PERSISTENT(MPI_Recv_init(&value, 1, MPI_INT, 0, 5, MPI_COMM_WORLD, &new));
}

#if MPI_VERSION >= 4
static void add_c(void *in, void *inout, MPI_Count *count, MPI_Datatype *type)
{
    int n = (int)*count;

    add(in, inout, &n, type);
}

static void large_datatypes(void)
{
    const MPI_Count lengths[] = {1, 2}, at[] = {0, 4}, bytes[] = {0, 64}, sizes[] = {8, 8}, part[] = {4, 4}, from[] = {2, 2};
    const int spread[] = {MPI_DISTRIBUTE_BLOCK, MPI_DISTRIBUTE_BLOCK}, by[] = {MPI_DISTRIBUTE_DFLT_DARG, MPI_DISTRIBUTE_DFLT_DARG};
    const int grid[] = {2, 1};
    const MPI_Datatype types[] = {MPI_INT, MPI_DOUBLE};

    TYPE(MPI_Type_contiguous_c(3, MPI_INT, &new));
    TYPE(MPI_Type_vector_c(3, 1, 2, MPI_INT, &new));
    TYPE(MPI_Type_create_hvector_c(3, 1, 64, MPI_INT, &new));
    TYPE(MPI_Type_indexed_c(2, lengths, at, MPI_INT, &new));
    TYPE(MPI_Type_create_hindexed_c(2, lengths, bytes, MPI_INT, &new));
    TYPE(MPI_Type_create_indexed_block_c(2, 2, at, MPI_INT, &new));
    TYPE(MPI_Type_create_hindexed_block_c(2, 2, bytes, MPI_INT, &new));
    TYPE(MPI_Type_create_struct_c(2, lengths, bytes, types, &new));
    TYPE(MPI_Type_create_subarray_c(2, sizes, part, from, MPI_ORDER_C, MPI_INT, &new));
    TYPE(MPI_Type_create_darray_c(2, rank, 2, sizes, spread, by, grid, MPI_ORDER_C, MPI_INT, &new));
    TYPE(MPI_Type_create_resized_c(MPI_INT, 0, 64, &new));
}

static void large_windows(void)
{
    MPI_Win window;
    int value;
    void *memory;

    MAKE(WINDOW, MPI_Win_create_c(&value, sizeof(value), 1, MPI_INFO_NULL, MPI_COMM_WORLD, &window));
    FREE(WINDOW, MPI_Win_free(&window));
    MAKE(WINDOW, MPI_Win_allocate_c(64, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window));
    FREE(WINDOW, MPI_Win_free(&window));
    MAKE(WINDOW, MPI_Win_allocate_shared_c(64, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window));
    FREE(WINDOW, MPI_Win_free(&window));
}

static void sessions(void)
{
    MPI_Session session;
    MPI_Group world;

    MAKE(SESSION, MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_RETURN, &session));
    KEYS(MPI_Session_get_info(session, &new));
    KEYS(MPI_Session_get_pset_info(session, "mpi://WORLD", &new));
    MAKE(GROUP, MPI_Group_from_session_pset(session, "mpi://WORLD", &world));
    COMMUNICATOR(MPI_Comm_create_from_group(world, "memwatch", MPI_INFO_NULL, MPI_ERRORS_RETURN, &new));
    FREE(GROUP, MPI_Group_free(&world));
    FREE(SESSION, MPI_Session_finalize(&session));
}

static void of_mpi_4(void)
{
    MPI_Comm copy;
    MPI_Op op;
    MPI_Request request;
    int value = 0, sum = 0;

    large_datatypes();
    large_windows();
    MAKE(COMM, MPI_Comm_idup_with_info(MPI_COMM_WORLD, MPI_INFO_NULL, &copy, &request));
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    FREE(COMM, MPI_Comm_free(&copy));
    MAKE(OP, MPI_Op_create_c(add_c, 1, &op));
    FREE(OP, MPI_Op_free(&op));
    KEYS(MPI_Info_create_env(0, NULL, &new));
    PERSISTENT(MPI_Barrier_init(MPI_COMM_WORLD, MPI_INFO_NULL, &new));
    PERSISTENT(MPI_Allreduce_init(&value, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, MPI_INFO_NULL, &new));
    sessions();
}
#else
static void of_mpi_4(void) {}
#endif

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (round_number = 0; round_number < 3; round_number++) {
        datatypes();
        groups();
        communicators();
        windows();
        files();
        others();
        of_mpi_4();
    }
    for (int kind = 0; kind < KINDS; kind++)
        if (created[kind])
            printf("rank %d %s created %ld freed %ld most %ld\n", rank, names[kind], created[kind], created[kind] - live[kind],
                   most[kind]);
    MPI_Finalize();
    return 0;
}
