/* SPDX-License-Identifier: MIT */
/* What differs between MPI libraries, behind one seam: a table for each binary interface (ABI), with constants of our own.
 * All are always there, so that one build serves every MPI; test_abi compares them with each mpi.h that configure found.
 *
 * Handles travel in registers of pointer width in every MPI, so wrappers treat them as uintptr_t. In memory a
 * handle has `handle_bytes`; in a register the bits above that are undefined and mw_abi_handle() clears them.
 */
#ifndef MW_PMPI_ABI_ABI_H
#define MW_PMPI_ABI_ABI_H

#include "collector/journal/record.h"

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
    char soname[24];       /* of the library, as far as it is the same for all of this ABI; "" when it is not */
    char marker[32];       /* else a symbol that only libraries of this ABI export */
    struct mw_abi_value comm_world, comm_self, comm_null, info_null, datatype_byte, datatype_null, errors_return;
    uintptr_t in_place;
    int root, proc_null; /* MPI_ROOT, MPI_PROC_NULL */
    int cart, graph, dist_graph;
    int thread_multiple;
};

/* Open MPI's own; that of MPICH and all that keep it (Intel MPI, MVAPICH, Cray MPICH); that of the MPI 5.0 standard. */
extern const struct mw_abi mw_abi_openmpi;
extern const struct mw_abi mw_abi_mpich;
extern const struct mw_abi mw_abi_standard;

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
