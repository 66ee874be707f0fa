/* SPDX-License-Identifier: MIT */
/* More call sites than a record has room for: 1,100 in one line, gone through twice. */
#include <mpi.h>

#define CALL MPI_Barrier(MPI_COMM_SELF);
#define TEN CALL CALL CALL CALL CALL CALL CALL CALL CALL CALL
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    for (int i = 0; i < 2; i++) {
        HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
    }
    MPI_Finalize();
    return 0;
}
