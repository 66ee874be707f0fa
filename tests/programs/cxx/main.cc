// SPDX-License-Identifier: MIT
// Loads a shared library after MPI_Init and lets it do all communication: main PLUGIN.
#include <cstdio>
#include <dlfcn.h>
#include <mpi.h>

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
    auto run = library ? reinterpret_cast<int (*)()>(dlsym(library, "plugin_run")) : nullptr;
    if (!run)
        std::fprintf(stderr, "cxx: %s\n", argc > 1 ? dlerror() : "no plugin named");
    int status = run ? run() : 1;
    MPI_Finalize();
    return status;
}
