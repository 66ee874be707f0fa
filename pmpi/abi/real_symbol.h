/* SPDX-License-Identifier: MIT */
/* The real definitions of wrapped functions, which the wrappers call.
 *
 * The shim is not linked to any libmpi (it is preloaded into mpirun and every shell), so symbols are looked up at
 * the first MPI call. */
#ifndef MW_PMPI_ABI_REAL_SYMBOL_H
#define MW_PMPI_ABI_REAL_SYMBOL_H

#include "pmpi/abi/ops.h"

#include <stdatomic.h>

/* The definition of `name` after the shim's in load order (RTLD_NEXT), or, if libmpi was loaded RTLD_LOCAL (python3
 * with mpi4py), in any loaded object. NULL: none. Locks the loader's lock; not for signal handlers. */
void *mw_real_symbol_find(const char *name);

/* The same for data, which the shim never defines: the program may have a copy of libmpi's data (copy relocation),
 * which comes before every library. */
void *mw_real_symbol_find_data(const char *name);

/* The real definitions by slot: MPI_X at 2 * op, PMPI_X at 2 * op + 1. */
extern _Atomic(void *) mw_real_symbol_slots[2 * MW_OP_COUNT];

/* Fills a slot. Never NULL: if the MPI library lacks the function, one that logs a message and returns an error. */
void *mw_real_symbol_fill(unsigned slot, const char *name);

static inline void *mw_real_symbol(unsigned slot, const char *name)
{
    void *real = atomic_load_explicit(&mw_real_symbol_slots[slot], memory_order_acquire);

    return real ? real : mw_real_symbol_fill(slot, name);
}

#endif
