/* SPDX-License-Identifier: MIT */
/* Code addresses as (module, offset), which mean the same in every rank. Modules go into the journal.
 * Slow (takes the loader's lock): for new call sites and spikes, not for every call. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_MODULES_H
#define MW_PMPI_MEASURE_MODULES_H

#include "collector/journal/record.h"

#include <stdbool.h>

/* The frame of a code address. */
struct mw_frame mw_modules_frame(const void *address);

/* May this code be unloaded, and other code come to lie there? Not what the program was started with. */
bool mw_modules_may_be_unloaded(const void *address);

/* How many libraries were unloaded so far: when it changes, what was known of such code is to be forgotten. Cheap (some
 * 25 ns), for every call. */
uint64_t mw_modules_unloads(void);

/* How many were loaded and unloaded. */
uint64_t mw_modules_changes(void);

/* Whether an MPI library was among what the program was started with; others come by dlopen(). */
bool mw_modules_started_with_mpi(void);

/* Does the address lie in the MPI library, one of its language bindings, or the shim itself? */
bool mw_modules_is_mpi(const void *address);

/* The same without the rank's lock. */
bool mw_modules_is_mpi_unlocked(const void *address);

#endif
