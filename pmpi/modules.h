/* SPDX-License-Identifier: MIT */
/* Code addresses as (module, offset), which mean the same in every rank. Modules go into the journal.
 * Slow (takes the loader's lock): for new call sites and spikes, not for every call. */
#ifndef MW_PMPI_MODULES_H
#define MW_PMPI_MODULES_H

#include "collector/record.h"

#include <stdbool.h>

/* The frame of a code address. */
struct mw_frame mw_modules_frame(const void *address);

/* Does the address lie in the MPI library, one of its language bindings, or the shim itself? */
bool mw_modules_is_mpi(const void *address);

#endif
