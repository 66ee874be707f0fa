/* SPDX-License-Identifier: MIT */
/* Collective constructors, windows and files: each call of the program once, and none that the MPI library
 * makes itself (ROMIO calls seven Allreduces in one write_all).  [--file PATH] */
#include "tests/programs/expect.h"

#define ONCE(X, ...) (MPI_##X(__VA_ARGS__), expect_call("MPI_" #X, __FILE__, __LINE__))

/* Open MPI 4.1 has no one-sided component for a window on memory of the program's in a job of one rank. */
#ifdef OPEN_MPI
#define WITHOUT_WINDOWS(size) ((size) == 1)
#else
#define WITHOUT_WINDOWS(size) 0
#endif

static int rank, size;
static MPI_Info hints;

static void communicators(void)
{
    MPI_Comm dup, idup, info, split, node, created, grouped, inter = MPI_COMM_NULL, merged;
    MPI_Group world, some;
    MPI_Request request;
    int range[1][3] = {{0, size > 1 ? size - 2 : 0, 1}};

    ONCE(Comm_dup, MPI_COMM_WORLD, &dup);
    ONCE(Comm_dup_with_info, MPI_COMM_WORLD, MPI_INFO_NULL, &info);
    ONCE(Comm_idup, MPI_COMM_WORLD, &idup, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
#if MPI_VERSION >= 4
    MPI_Comm idup_info;
    ONCE(Comm_idup_with_info, MPI_COMM_WORLD, MPI_INFO_NULL, &idup_info, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    ONCE(Comm_free, &idup_info);
#endif
    ONCE(Comm_set_info, dup, hints);
    ONCE(Comm_split, MPI_COMM_WORLD, rank % 2, 0, &split);
    ONCE(Comm_split_type, MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);

    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Group_range_incl(world, 1, range, &some); /* all but the last */
    ONCE(Comm_create, MPI_COMM_WORLD, some, &created);
    CHECK((created == MPI_COMM_NULL) == (rank > range[0][1]));
    if (rank <= range[0][1]) {
        ONCE(Comm_create_group, MPI_COMM_WORLD, some, 7, &grouped);
        ONCE(Comm_free, &grouped);
        ONCE(Comm_free, &created);
    }
    MPI_Group_free(&some);
    MPI_Group_free(&world);

    if (size > 1) {
        ONCE(Intercomm_create, split, 0, MPI_COMM_WORLD, 1 - rank % 2, 8, &inter);
        ONCE(Intercomm_merge, inter, rank % 2, &merged);
        CHECK(expect_size(merged) == size);
        ONCE(Comm_free, &merged);
        ONCE(Comm_free, &inter);
    }
    ONCE(Comm_free, &dup);
    ONCE(Comm_free, &info);
    ONCE(Comm_free, &idup);
    ONCE(Comm_free, &split);
    ONCE(Comm_free, &node);
}

static void topologies(void)
{
    MPI_Comm cart, row, graph, dist, adjacent;
    int dims[2] = {size, 1}, periods[2] = {0, 1}, keep[2] = {1, 0}, index[64], edges[64], one[1] = {1};
    int next = (rank + 1) % size, before = (rank + size - 1) % size;
    for (int i = 0; i < size && i < 64; i++)
        index[i] = i + 1, edges[i] = (i + 1) % size;
    ONCE(Cart_create, MPI_COMM_WORLD, 2, dims, periods, 0, &cart);
    ONCE(Cart_sub, cart, keep, &row);
    ONCE(Graph_create, MPI_COMM_WORLD, size, index, edges, 0, &graph);
    ONCE(Dist_graph_create, MPI_COMM_WORLD, 1, &rank, one, &next, one, MPI_INFO_NULL, 0, &dist);
    ONCE(Dist_graph_create_adjacent, MPI_COMM_WORLD, 1, &before, one, 1, &next, one, MPI_INFO_NULL, 0, &adjacent);
    ONCE(Comm_free, &adjacent);
    ONCE(Comm_free, &dist);
    ONCE(Comm_free, &graph);
    ONCE(Comm_free, &row);
    ONCE(Comm_free, &cart);
}

static void windows(void)
{
    static long memory[16];
    long *allocated, *shared;
    MPI_Win created, own, common, dynamic;
    MPI_Comm node;
    if (WITHOUT_WINDOWS(size))
        return;
    ONCE(Win_create, memory, sizeof memory, sizeof *memory, MPI_INFO_NULL, MPI_COMM_WORLD, &created);
    ONCE(Win_fence, 0, created);
    MPI_Put(&(long){rank + 1}, 1, MPI_LONG, (rank + 1) % size, 3, 1, MPI_LONG, created);
    ONCE(Win_fence, 0, created);
    CHECK(memory[3] == (rank + size - 1) % size + 1);
    ONCE(Win_set_info, created, hints);
    ONCE(Win_free, &created);
    ONCE(Win_allocate, 4096, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &allocated, &own);
    allocated[0] = rank;
    ONCE(Win_free, &own);
    ONCE(Comm_split_type, MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    ONCE(Win_allocate_shared, 4096, 1, MPI_INFO_NULL, node, &shared, &common);
    shared[0] = rank;
    ONCE(Win_free, &common);
    ONCE(Comm_free, &node);
    ONCE(Win_create_dynamic, MPI_INFO_NULL, MPI_COMM_WORLD, &dynamic);
    ONCE(Win_free, &dynamic);
}

#if MPI_VERSION >= 4
/* Calls of each shape by their large-count forms; those that are not collective leave nothing of what they do inside. */
static void large_files(MPI_File file)
{
    int out[64], in[64];
    const MPI_Count n = 64, bytes = sizeof out, place = rank * bytes;
    MPI_Request request;
    MPI_Status status;
    for (int i = 0; i < n; i++)
        out[i] = rank * 1000 + i;
    ONCE(File_set_view, file, 0, MPI_BYTE, MPI_BYTE, "native", hints);
    ONCE(File_iwrite_at_all_c, file, place, out, n, MPI_INT, &request);
    MPI_Wait(&request, &status);
    ONCE(File_iread_at_all_c, file, place, in, n, MPI_INT, &request);
    MPI_Wait(&request, &status);
    CHECK(!memcmp(in, out, sizeof in));
    ONCE(File_write_at_all_begin_c, file, place, out, n, MPI_INT);
    ONCE(File_write_at_all_end, file, out, &status);
    ONCE(File_read_at_all_begin_c, file, place, in, n, MPI_INT);
    ONCE(File_read_at_all_end, file, in, &status);
    MPI_File_seek(file, place, MPI_SEEK_SET);
    ONCE(File_iwrite_all_c, file, out, n, MPI_INT, &request);
    MPI_Wait(&request, &status);
    MPI_File_seek(file, place, MPI_SEEK_SET);
    ONCE(File_iread_all_c, file, in, n, MPI_INT, &request);
    MPI_Wait(&request, &status);
    MPI_File_seek(file, place, MPI_SEEK_SET);
    ONCE(File_write_all_begin_c, file, out, n, MPI_INT);
    ONCE(File_write_all_end, file, out, &status);
    MPI_File_seek(file, place, MPI_SEEK_SET);
    ONCE(File_read_all_begin_c, file, in, n, MPI_INT);
    ONCE(File_read_all_end, file, in, &status);
    ONCE(File_seek_shared, file, 0, MPI_SEEK_SET);
    ONCE(File_write_ordered_c, file, out, n, MPI_INT, &status);
    ONCE(File_seek_shared, file, 0, MPI_SEEK_SET);
    ONCE(File_read_ordered_c, file, in, n, MPI_INT, &status);
    ONCE(File_seek_shared, file, 0, MPI_SEEK_SET);
    ONCE(File_write_ordered_begin_c, file, out, n, MPI_INT);
    ONCE(File_write_ordered_end, file, out, &status);
    ONCE(File_seek_shared, file, 0, MPI_SEEK_SET);
    ONCE(File_read_ordered_begin_c, file, in, n, MPI_INT);
    ONCE(File_read_ordered_end, file, in, &status);
    CHECK(!memcmp(in, out, sizeof in));
    MPI_File_write_at_c(file, place, out, n, MPI_INT, &status);
    MPI_File_read_at_c(file, place, in, n, MPI_INT, &status);
    MPI_File_iwrite_at_c(file, place, out, n, MPI_INT, &request);
    MPI_Wait(&request, &status);
    MPI_File_write_shared_c(file, out, n, MPI_INT, &status);
}
#else
static void large_files(MPI_File file)
{
    (void)file;
}
#endif

static void files(const char *path)
{
    static int out[1024], in[1024];
    const int n = 1024, bytes = sizeof out;
    MPI_Status status;
    MPI_File file;
    for (int i = 0; i < n; i++)
        out[i] = rank * n + i;
    MPI_File_open(MPI_COMM_WORLD, path, MPI_MODE_CREATE | MPI_MODE_RDWR | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL, &file), expect_call("MPI_File_open", __FILE__, __LINE__);
    if (file == MPI_FILE_NULL) {
        fprintf(stderr, "constructors: cannot open %s\n", path);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    MPI_File_seek(file, (MPI_Offset)rank * bytes, MPI_SEEK_SET);
    ONCE(File_write_all, file, out, n, MPI_INT, &status);
    MPI_File_seek(file, (MPI_Offset)rank * bytes, MPI_SEEK_SET);
    ONCE(File_read_all, file, in, n, MPI_INT, &status);
    CHECK(!memcmp(in, out, sizeof in));
    ONCE(File_write_at_all, file, (MPI_Offset)(size + rank) * bytes, out, n, MPI_INT, &status);
    ONCE(File_set_info, file, hints);
    ONCE(File_set_atomicity, file, 1);
    ONCE(File_set_atomicity, file, 0);
    ONCE(File_seek_shared, file, 0, MPI_SEEK_SET);
    large_files(file);
    ONCE(File_close, &file);
}

int main(int argc, char **argv)
{
    char path[4096];
    snprintf(path, sizeof path, "/tmp/memwatch-constructors.%ld", (long)getppid());
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "--file"))
            snprintf(path, sizeof path, "%s", argv[i + 1]);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "cb_nodes", "1");
    topologies(); /* first: after communicators(), Open MPI 4.1.4 hangs now and then in MPI_Dist_graph_create with 3 ranks */
    communicators();
    windows();
    files(path);
    MPI_Info_free(&hints);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
