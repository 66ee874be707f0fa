/* SPDX-License-Identifier: MIT */
/* Code addresses as module and offset, which are the same in every rank. Modules are stored in the journal. Slow
 * (locks the loader's lock): for new call sites and spikes, not for every call. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_MODULES_H
#define MW_PMPI_MEASURE_MODULES_H

#include "collector/journal/record.h"

#include <stdbool.h>

/* The frame of a code address. */
struct mw_frame mw_modules_frame(const void *address);

/* Whether this code may be unloaded, and other code loaded at its address. False for what the program was started
 * with. */
bool mw_modules_may_be_unloaded(const void *address);

/* Number of libraries unloaded so far: when it changes, cached addresses of such code are invalid. About 25 ns. */
uint64_t mw_modules_unloads(void);

/* Number of libraries loaded and unloaded so far. */
uint64_t mw_modules_changes(void);

/* Whether the program was started with an MPI library, as opposed to loading it with dlopen(). */
bool mw_modules_started_with_mpi(void);

/* Whether the address is in the MPI library, one of its language bindings, or the shim. */
bool mw_modules_is_mpi(const void *address);

/* The same without the rank's lock. */
bool mw_modules_is_mpi_unlocked(const void *address);

#endif
