/* SPDX-License-Identifier: MIT */
/* The definitions behind ours: what a wrapper calls.
 *
 * The shim is not linked to any libmpi (it is preloaded into mpirun and every shell), so symbols are looked up
 * when the first MPI call comes. */
#ifndef MW_PMPI_ABI_NEXT_H
#define MW_PMPI_ABI_NEXT_H

#include "pmpi/abi/ops.h"

#include <stdatomic.h>

/* The next definition of `name` after ours: by RTLD_NEXT, or, when libmpi was loaded RTLD_LOCAL (python3 with
 * mpi4py), in the objects that are loaded. NULL when there is none. Takes the loader's lock. */
void *mw_next_symbol(const char *name);

/* The same for data, which we never define ourselves: the program may hold libmpi's data in a copy of its own (copy
 * relocation), which comes before every library. */
void *mw_next_data(const char *name);

/* Slots of the wrappers' next definitions: MPI_X at 2 * op, PMPI_X at 2 * op + 1. */
extern _Atomic(void *) mw_next_slots[2 * MW_OP_COUNT];

/* Fills a slot. Never NULL: where the MPI has no such call, a function that says so and fails. */
void *mw_next_fill(unsigned slot, const char *name);

static inline void *mw_next(unsigned slot, const char *name)
{
    void *next = atomic_load_explicit(&mw_next_slots[slot], memory_order_acquire);

    return next ? next : mw_next_fill(slot, name);
}

#endif
