/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/find.h"

#include <stddef.h>
#include <string.h>

/* Whether a soname is `name` with any version: libmpi_abi.so.1 is a version of libmpi_abi.so. */
static bool is_version_of(const char *soname, const char *name)
{
    size_t length = strlen(name);

    return soname && !strncmp(soname, name, length) && (!soname[length] || soname[length] == '.');
}

/* Whether it is a library of MPICH's family that does not export the marker symbol. These have the same version of
 * the ABI in their soname (MPICH ABI Compatibility Initiative, 2013): libmpi.so.12, libmpich.so.12,
 * libmpi_cray.so.12, libmpi_gnu_123.so.12. Open MPI 1.10 has libmpi.so.12, too, so the library's version string
 * decides. */
static bool is_of_mpich(const char *soname, void (*describe)(char text[MW_ABI_FIND_VERSION]))
{
    static const char *const families[] = {"MPICH", "MVAPICH", "Intel(R) MPI", "ParaStation"};
    const char *number = soname ? strstr(soname, ".so.12") : NULL;
    char version[MW_ABI_FIND_VERSION] = "";

    if (!number || strncmp(soname, "libmpi", 6) || (number[6] && number[6] != '.'))
        return false;
    describe(version);
    version[sizeof(version) - 1] = '\0';
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (strstr(version, families[i]))
            return true;
    return false;
}

/* The standard ABI is tested first: MPICH's library of that ABI has MPICH's marker as well. */
const struct mw_abi *mw_abi_find(const char *soname, bool (*exports)(const char *symbol),
                                 void (*describe)(char text[MW_ABI_FIND_VERSION]))
{
    static const struct mw_abi *const known[] = {&mw_abi_standard, &mw_abi_openmpi, &mw_abi_mpich};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i]->soname[0] ? is_version_of(soname, known[i]->soname) : exports(known[i]->marker))
            return known[i];
    return is_of_mpich(soname, describe) ? &mw_abi_mpich : NULL;
}
