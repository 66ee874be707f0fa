/* SPDX-License-Identifier: MIT */
/* Scans from the innermost frame: what comes first, the program or MPI, is the owner. A user-defined operation that MPI calls
 * is thus the program's, and a buffer that MPI allocates for a call of the program is MPI's. */
#include "collector/model/heap_owner.h"

#include "collector/base/python_path.h"

#include <string.h>

static const char *const runtimes[] = {
    "libc.so",      "libc-2.",     "libpthread",   "ld-linux",     "ld-2.",    "ld64.so",   "ld-musl",
    "libc.musl",    "libdl.so",    "libdl-2.",     "librt.so",     "libm.so",  "libstdc++", "libc++.so",
    "libc++abi.so", "libgcc_s",    "libgfortran.", "libgfortran-", "libgomp",  "libomp.so", "libiomp5",
    "libquadmath.", "libflang.",   "libflang_rt",  "libFortran",   "libpgf",   "libnvf",    "libnvc",
    "libifcore",    "libifport",   "libimf.",      "libirc.",      "libintlc", "libsvml",   "libatomic",
    "libjemalloc",  "libtcmalloc", "libmimalloc",  "linux-vdso",   "[vdso]",   "libstd-",
};

/* Open MPI and MPICH with their wrappers and components, and the libraries of process managers and networks. */
static const char *const of_mpi[] = {
    "libmpi",   "libpmpi",     "libopen-pal", "libopen-rte", "libpmix",  "libprrte", "mca_",     "libmca_",    "pmix_mca_",
    "libucp",   "libuct",      "libucs",      "libucm",      "libucc",   "libhcoll", "libocoms", "libsharp",   "libmxm",
    "libfca",   "libfabric",   "libibverbs",  "librdmacm",   "libmlx4",  "libmlx5",  "libefa",   "libbnxt_re", "libhns",
    "librxe",   "libsiw",      "libi40iw",    "libirdma",    "libcxi",   "libugni",  "libdmapp", "libpsm",     "libopx",
    "libhfi1",  "libnvfabric", "libpmi",      "libpals",     "libslurm", "slurm_",   "libmunge", "libpscom",   "libpsp",
    "libxpmem", "libportals",  "libtorque",   "libpbs",
};

static const char *const shared[] = {
    "libhwloc",       "libevent",    "libz.so",      "libz-",     "libzstd",    "liblzma",      "liblz4",
    "libbz2",         "libxml2",     "libnuma",      "libnl-",    "libudev",    "libltdl",      "libpciaccess",
    "libcrypto",      "libssl",      "libsystemd",   "libcap.",   "libjansson", "libicu",       "libresolv",
    "libnss_",        "libkeyutils", "libOpenCL",    "libcuda.",  "libcudart",  "libnvidia-ml", "libamdhip64",
    "libhsa-runtime", "librocm_smi", "libze_loader", "libgdrapi", "libX11",     "libxcb",       "libXNVCtrl",
};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strncmp(name, names[i], strlen(names[i])))
            return true;
    return false;
}

#define IS_ONE_OF(name, names) is_one_of(name, names, sizeof(names) / sizeof((names)[0]))

enum mw_heap_object mw_heap_object(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    if (!name[0] || IS_ONE_OF(name, runtimes))
        return MW_HEAP_OBJECT_RUNTIME;
    if (!strncmp(name, "libmemwatch", 11))
        return MW_HEAP_OBJECT_MEMWATCH;
    if (IS_ONE_OF(name, of_mpi))
        return MW_HEAP_OBJECT_MPI;
    return IS_ONE_OF(name, shared) ? MW_HEAP_OBJECT_SHARED : MW_HEAP_OBJECT_PROGRAM;
}

enum mw_heap_owner mw_heap_owner(const char *const *paths, size_t count, bool in_mpi, size_t *innermost)
{
    size_t first = count;

    for (size_t i = 0; i < count; i++) {
        enum mw_heap_object object = mw_heap_object(paths[i]);
        *innermost = first < count ? first : i;
        switch (object) {
        case MW_HEAP_OBJECT_RUNTIME: break;
        case MW_HEAP_OBJECT_PROGRAM: return MW_HEAP_PROGRAM;
        case MW_HEAP_OBJECT_MPI: return MW_HEAP_MPI;
        case MW_HEAP_OBJECT_MEMWATCH:
            if (first == count)
                return MW_HEAP_MEMWATCH;
            break; /* its wrapper of the MPI call that the program made */
        case MW_HEAP_OBJECT_SHARED: first = *innermost; break;
        }
    }
    *innermost = first;
    return in_mpi ? MW_HEAP_MPI : MW_HEAP_PROGRAM;
}

bool mw_heap_is_library(const struct mw_model_place *place)
{
    if (!place->line || mw_heap_object(place->module) == MW_HEAP_OBJECT_MEMWATCH ||
        mw_python_path_is_library(place->module[0] ? place->module : place->path))
        return true;
    return place->module[0] && mw_heap_is_inner(place);
}

/* Names of functions, at their start. */
static const char *const inner_functions[] = {
    "operator new", "std::",  "__gnu_cxx::", "alloc::", "<alloc::",    "core::",       "<core::",
    "<std::",       "__rust", "__rdl_",      "__rg_",   "hashbrown::", "<hashbrown::",
};

/* Parts of paths of sources. */
static const char *const inner_paths[] = {"/include/c++/", "/libstdc++-v3/", "/rustlib/src/rust/library/", "/hashbrown-"};

bool mw_heap_is_inner(const struct mw_model_place *place)
{
    if (place->module[0] && mw_heap_object(place->module) == MW_HEAP_OBJECT_RUNTIME)
        return true;
    for (size_t i = 0; i < sizeof(inner_paths) / sizeof(inner_paths[0]); i++)
        if (strstr(place->path, inner_paths[i]))
            return true;
    if (strstr(place->path, "/rustc") && strstr(place->path, "/library/"))
        return true;
    return IS_ONE_OF(place->function, inner_functions);
}

static bool is_helper(const struct mw_model_place *place)
{
    return strcasestr(place->function, "alloc") != NULL;
}

uint32_t mw_heap_line_of(const struct mw_model_place *const *frames, uint32_t depth)
{
    uint32_t i = 0;

    while (i < depth && is_helper(frames[i]))
        i++;
    return i < depth && frames[i]->line && strcmp(frames[i]->function, "_start") != 0 ? i : 0;
}
