/* SPDX-License-Identifier: MIT */
/* One-sided communication with the next rank, and files that one rank reads and writes: calls and bytes, each at its line. */
#include "tests/programs/expect.h"

#define W MPI_COMM_WORLD
#define IGNORE MPI_STATUS_IGNORE

#define M(X, sent, received, ...) (MPI_##X(__VA_ARGS__), expect_add("MPI_" #X, 0, __FILE__, __LINE__, sent, received))
#define Z(X, ...) M(X, 0, 0, __VA_ARGS__)

static int a[64], b[64], n, rank, next;

static void passive(MPI_Win win)
{
    MPI_Request r;

    Z(Win_lock, MPI_LOCK_SHARED, next, 0, win);
    M(Put, 24, 0, a, 6, MPI_INT, next, 0, 6, MPI_INT, win);
    M(Put, 0, 0, a, 6, MPI_INT, MPI_PROC_NULL, 0, 6, MPI_INT, win);
    Z(Win_flush, next, win);
    M(Get, 0, 16, b, 2, MPI_DOUBLE, next, 0, 4, MPI_INT, win);
    Z(Win_flush_local, next, win);
    Z(Win_unlock, next, win);
    Z(Win_lock_all, 0, win);
    M(Accumulate, 20, 0, a, 5, MPI_INT, next, 0, 5, MPI_INT, MPI_SUM, win);
    Z(Win_flush_all, win);
    M(Get_accumulate, 12, 12, a, 3, MPI_INT, b, 3, MPI_INT, next, 0, 3, MPI_INT, MPI_SUM, win);
    Z(Win_flush_local_all, win);
    M(Get_accumulate, 0, 12, NULL, 0, MPI_DATATYPE_NULL, b, 3, MPI_INT, next, 0, 3, MPI_INT, MPI_NO_OP, win);
    M(Fetch_and_op, 4, 4, a, b, MPI_INT, next, 0, MPI_SUM, win);
    M(Fetch_and_op, 0, 4, NULL, b, MPI_INT, next, 0, MPI_NO_OP, win);
    M(Compare_and_swap, 8, 4, a, a + 1, b, MPI_INT, next, 0, win);
    Z(Win_sync, win);
    M(Rput, 24, 0, a, 6, MPI_INT, next, 0, 6, MPI_INT, win, &r);
    Z(Wait, &r, IGNORE);
    M(Rget, 0, 24, b, 6, MPI_INT, next, 0, 6, MPI_INT, win, &r);
    Z(Wait, &r, IGNORE);
    M(Raccumulate, 24, 0, a, 6, MPI_INT, next, 0, 6, MPI_INT, MPI_SUM, win, &r);
    Z(Wait, &r, IGNORE);
    M(Rget_accumulate, 24, 16, a, 6, MPI_INT, b, 4, MPI_INT, next, 0, 4, MPI_INT, MPI_SUM, win, &r);
    Z(Wait, &r, IGNORE);
    Z(Win_unlock_all, win);
}

static void active(MPI_Win win)
{
    MPI_Group world, to, from;
    int before = (rank + n - 1) % n, done = 0;

    MPI_Comm_group(W, &world);
    MPI_Group_incl(world, 1, &next, &to);
    MPI_Group_incl(world, 1, &before, &from);
    for (int i = 0; i < 2; i++) {
        Z(Win_post, from, 0, win);
        Z(Win_start, to, 0, win);
        M(Put, 4, 0, a, 1, MPI_INT, next, 0, 1, MPI_INT, win);
        Z(Win_complete, win);
        if (i)
            Z(Win_wait, win);
        else
            while (!done)
                Z(Win_test, win, &done);
    }
    MPI_Group_free(&world);
    MPI_Group_free(&to);
    MPI_Group_free(&from);
}

static void windows(void)
{
    static int memory[64], attached[64];
    MPI_Win win, dynamic;

    MPI_Win_create(memory, sizeof memory, sizeof *memory, MPI_INFO_NULL, W, &win);
    passive(win);
    active(win);
    MPI_Barrier(W);
    MPI_Win_free(&win);
    MPI_Win_create_dynamic(MPI_INFO_NULL, W, &dynamic);
    Z(Win_attach, dynamic, attached, sizeof attached);
    Z(Win_detach, dynamic, attached);
    MPI_Win_free(&dynamic);
}

static void files(const char *path)
{
    MPI_Status status;
    MPI_Request r;
    MPI_File file;

    MPI_File_open(W, path, MPI_MODE_CREATE | MPI_MODE_RDWR | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL, &file);
    M(File_write_at, 40, 0, file, 1000 * rank, a, 10, MPI_INT, &status);
    M(File_read_at, 0, 40, file, 1000 * rank, b, 10, MPI_INT, &status);
    MPI_File_seek(file, 1000 * rank, MPI_SEEK_SET);
    M(File_read, 0, 16, file, b, 2, MPI_DOUBLE, &status);
    M(File_write, 24, 0, file, a, 6, MPI_INT, &status);
    M(File_iwrite_at, 20, 0, file, 1000 * rank, a, 5, MPI_INT, &r);
    Z(Wait, &r, &status);
    M(File_iread_at, 0, 20, file, 1000 * rank, b, 5, MPI_INT, &r);
    Z(Wait, &r, &status);
    M(File_iwrite, 12, 0, file, a, 3, MPI_INT, &r);
    Z(Wait, &r, &status);
    MPI_File_seek(file, 1000 * rank, MPI_SEEK_SET); /* at the end of the file Open MPI 4.1.4 does not complete it */
    M(File_iread, 0, 12, file, b, 3, MPI_INT, &r);
    Z(Wait, &r, &status);
    M(File_write_shared, 8, 0, file, a, 2, MPI_INT, &status);
    M(File_read_shared, 0, 8, file, b, 2, MPI_INT, &status);
    M(File_iwrite_shared, 4, 0, file, a, 1, MPI_INT, &r);
    Z(Wait, &r, &status);
    M(File_iread_shared, 0, 4, file, b, 1, MPI_INT, &r);
    Z(Wait, &r, &status);
    M(File_write_at_all, 40, 0, file, 1000 * rank, a, 10, MPI_INT, &status);
    M(File_read_at_all, 0, 40, file, 1000 * rank, b, 10, MPI_INT, &status);
#if MPI_VERSION >= 4
    M(File_write_at_c, 40, 0, file, 1000 * rank, a, 10, MPI_INT, &status);
    M(File_read_at_c, 0, 40, file, 1000 * rank, b, 10, MPI_INT, &status);
#endif
    MPI_File_close(&file);
}

int main(int argc, char **argv)
{
    char path[4096];

    snprintf(path, sizeof path, "/tmp/memwatch-windows.%ld", (long)getppid());
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "--file"))
            snprintf(path, sizeof path, "%s", argv[i + 1]);
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(W, &rank);
    MPI_Comm_size(W, &n);
    next = (rank + 1) % n;
    windows();
    files(path);
    int status = expect_flush();
    MPI_Finalize();
    return status;
}
