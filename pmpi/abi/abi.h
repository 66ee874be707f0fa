/* SPDX-License-Identifier: MIT */
/* The differences between MPI libraries: one table of constants for each binary interface (ABI). All tables are
 * always compiled in, so that one build serves every MPI; test_abi compares them with each mpi.h that configure
 * found.
 *
 * Handles travel in registers of pointer width in every MPI, so wrappers treat them as uintptr_t. In memory a handle
 * has `handle_bytes` bytes; in a register the bits above are undefined, and mw_abi_handle() clears them. */
#ifndef MW_PMPI_ABI_ABI_H
#define MW_PMPI_ABI_ABI_H

#include "collector/journal/record.h"

#include <stdint.h>
#include <string.h>

/* A predefined handle: a constant, or the address of a data symbol of libmpi. */
struct mw_abi_value {
    uintptr_t value;
    char symbol[32]; /* "": `value` is the handle */
};

struct mw_abi {
    uint32_t id;           /* enum mw_mpi_kind */
    uint32_t handle_bytes; /* of MPI_Comm, MPI_Datatype, MPI_Request, ... in memory */
    char soname[24];       /* the common part of the library's DT_SONAME; "": not the same for all libraries of this
                              ABI */
    char marker[32];       /* if soname is "": a symbol that only libraries of this ABI export */
    struct mw_abi_value comm_world, comm_self, comm_null, info_null, datatype_byte, datatype_null, errors_return, no_op;
    struct mw_abi_value group_null, group_empty, op_null, win_null, file_null;
    uintptr_t in_place;
    int root, proc_null; /* MPI_ROOT, MPI_PROC_NULL */
    int cart, graph, dist_graph;
    int thread_multiple;
};

/* Open MPI's ABI; the MPICH ABI (also Intel MPI, MVAPICH, Cray MPICH); the ABI of the MPI 5.0 standard. */
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
