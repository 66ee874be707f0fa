/* SPDX-License-Identifier: MIT */
/* MPI calls before MPI_Init, inside MPI_Finalize (from an attribute's delete callback on MPI_COMM_SELF, as
 * mpi4py does), and after it. The LATE lines are calls that a gather in MPI_Finalize may have missed. */
#include "tests/programs/expect.h"

static int called;

static int on_delete(MPI_Comm comm, int keyval, void *value, void *extra)
{
    int rank, finalized = -1, one = 1, sum = 0, initialized = -1;
    (void)comm, (void)keyval, (void)value, (void)extra;
    called++;
    MPI_Initialized(&initialized);
    MPI_Finalized(&finalized);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Barrier(MPI_COMM_SELF); const int barrier = __LINE__;
    MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_SELF); const int allreduce = __LINE__;
    MPI_Pcontrol(1, "late");
    MPI_Pcontrol(-1, "late");
    if (finalized != 0 || initialized != 1 || sum != 1)
        expect_failures++;
    expect_say("LATE rank=%d call=MPI_Barrier comm_size=1 line=%d calls=1 sent=0 received=0 file=late_calls.c", rank, barrier);
    expect_say("LATE rank=%d call=MPI_Allreduce comm_size=1 line=%d calls=1 sent=4 received=4 file=late_calls.c", rank, allreduce);
    expect_write(expect_text, expect_length);
    expect_length = 0;
    return MPI_SUCCESS;
}

static void ask(int initialized, int finalized)
{
    int i = -1, f = -1, length, version, subversion;
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    MPI_Initialized(&i);
    MPI_Finalized(&f);
    MPI_Get_version(&version, &subversion);
    MPI_Get_library_version(library, &length);
    if (i != initialized || f != finalized)
        expect_failures++;
}

int main(int argc, char **argv)
{
    int keyval;
    ask(0, 0);
    MPI_Init(&argc, &argv);
    ask(1, 0);
    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, on_delete, &keyval, NULL);
    MPI_Comm_set_attr(MPI_COMM_SELF, keyval, NULL);
    MPI_Comm_free_keyval(&keyval);
    MPI_Barrier(MPI_COMM_WORLD), expect("MPI_Barrier", MPI_COMM_WORLD, __FILE__, __LINE__, 0, 0);
    expect_flush();
    MPI_Finalize();
    ask(1, 1);
    if (called != 1 || expect_failures) {
        fprintf(stderr, "late_calls: callback ran %d times, %d failures\n", called, expect_failures);
        return 1;
    }
    return 0;
}
