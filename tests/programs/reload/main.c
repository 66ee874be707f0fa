/* SPDX-License-Identifier: MIT */
/* Loads a library, lets it call MPI, unloads it, and repeats this with the next one: reload LIBRARY... Prints "reused" if
 * all were loaded at the same address. */
#include <dlfcn.h>
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    void *before = NULL;
    int rank, reused = 1;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int i = 1; i < argc; i++) {
        void *library = dlopen(argv[i], RTLD_NOW);
        int (*total)(int) = library ? (int (*)(int))dlsym(library, "total") : NULL;
        if (!total || total(1) <= 0)
            MPI_Abort(MPI_COMM_WORLD, 1);
        reused &= !before || before == (void *)total;
        before = (void *)total;
        dlclose(library);
    }
    if (rank == 0)
        puts(reused ? "reused" : "moved");
    MPI_Finalize();
    return 0;
}
