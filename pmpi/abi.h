/* SPDX-License-Identifier: MIT */
/* What differs between MPI libraries, behind one seam.
 *
 * Handles travel in registers of pointer width in every MPI, so wrappers treat them as uintptr_t. In memory a
 * handle has `handle_bytes`; in a register the bits above that are undefined and mw_abi_handle() clears them.
 */
#ifndef MW_PMPI_ABI_H
#define MW_PMPI_ABI_H

#include "collector/record.h"

#include <stdint.h>
#include <string.h>

/* A predefined handle: a constant, or the address of a data symbol of libmpi. */
struct mw_abi_value {
    uintptr_t value;
    char symbol[32]; /* "" when value is the handle */
};

struct mw_abi {
    uint32_t id;           /* enum mw_mpi_kind */
    uint32_t handle_bytes; /* of MPI_Comm, MPI_Datatype, MPI_Request, ... in memory */
    char marker[32];       /* a symbol that only this MPI's library exports */
    struct mw_abi_value comm_world, comm_self, comm_null, info_null, datatype_byte, datatype_null, errors_return;
    uintptr_t in_place;
    int root, proc_null; /* MPI_ROOT, MPI_PROC_NULL */
    int cart, graph, dist_graph;
    int thread_multiple;
};

/* One of these is NULL when configure did not find that MPI's mpi.h. */
extern const struct mw_abi *const mw_abi_openmpi;
extern const struct mw_abi *const mw_abi_mpich;

/* The handle in a register-sized argument. */
static inline uintptr_t mw_abi_handle(const struct mw_abi *abi, uintptr_t argument)
{
    return abi->handle_bytes == 4 ? (uint32_t)argument : argument;
}

/* The handle at `index` of an array of handles in memory. */
static inline uintptr_t mw_abi_load(const struct mw_abi *abi, const void *array, long index)
{
    uint32_t narrow;
    uintptr_t whole;

    if (abi->handle_bytes == 4) {
        memcpy(&narrow, (const char *)array + 4 * index, 4);
        return narrow;
    }
    memcpy(&whole, (const char *)array + (long)sizeof(whole) * index, sizeof(whole));
    return whole;
}

#endif
