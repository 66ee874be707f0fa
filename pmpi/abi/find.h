/* SPDX-License-Identifier: MIT */
/* Which ABI the loaded MPI library has. */
#ifndef MW_PMPI_ABI_FIND_H
#define MW_PMPI_ABI_FIND_H

#include "pmpi/abi/abi.h"

#include <stdbool.h>

/* Not less than any MPI_MAX_LIBRARY_VERSION_STRING. */
#define MW_ABI_FIND_VERSION 8193

/* `soname`: of the object that holds PMPI_Init, NULL when it has none. `exports` tells whether the library has a symbol.
 * `describe` writes what MPI_Get_library_version() says; called only where nothing else tells. NULL: an ABI that we do not
 * know. */
const struct mw_abi *mw_abi_find(const char *soname, bool (*exports)(const char *symbol),
                                 void (*describe)(char text[MW_ABI_FIND_VERSION]));

#endif
