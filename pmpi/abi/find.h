/* SPDX-License-Identifier: MIT */
/* Identifies the ABI of the loaded MPI library. */
#ifndef MW_PMPI_ABI_FIND_H
#define MW_PMPI_ABI_FIND_H

#include "pmpi/abi/abi.h"

#include <stdbool.h>

/* At least as large as any library's MPI_MAX_LIBRARY_VERSION_STRING. */
#define MW_ABI_FIND_VERSION 8193

/* `soname`: of the object that contains PMPI_Init; NULL: it has none. `exports` returns whether the library has a
 * symbol. `describe` writes the result of MPI_Get_library_version(); it is called only if nothing else decides.
 * Returns NULL for an unknown ABI. */
const struct mw_abi *mw_abi_find(const char *soname, bool (*exports)(const char *symbol),
                                 void (*describe)(char text[MW_ABI_FIND_VERSION]));

#endif
