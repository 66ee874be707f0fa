/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "pmpi/abi.h"

#ifdef HAVE_MPICH
#include <mpi.h>

#include "pmpi/abi_check.h"

/* MPICH and all that keep its ABI (Intel MPI, MVAPICH, Cray MPICH). */
static const struct mw_abi abi = {
    .id = MW_ABI_MPICH,
    .handle_bytes = sizeof(MPI_Comm),
    .marker = "MPIR_Err_create_code",
    .comm_world = {(uint32_t)MPI_COMM_WORLD, ""},
    .comm_self = {(uint32_t)MPI_COMM_SELF, ""},
    .info_null = {(uint32_t)MPI_INFO_NULL, ""},
    .comm_null = {(uint32_t)MPI_COMM_NULL, ""},
    .datatype_byte = {(uint32_t)MPI_BYTE, ""},
    .datatype_null = {(uint32_t)MPI_DATATYPE_NULL, ""},
    .errors_return = {(uint32_t)MPI_ERRORS_RETURN, ""},
    .in_place = (uintptr_t)MPI_IN_PLACE,
    .root = MPI_ROOT,
    .proc_null = MPI_PROC_NULL,
    .cart = MPI_CART,
    .graph = MPI_GRAPH,
    .dist_graph = MPI_DIST_GRAPH,
    .thread_multiple = MPI_THREAD_MULTIPLE,
};

_Static_assert(sizeof(MPI_Comm) == sizeof(MPI_Request) && sizeof(MPI_Comm) == sizeof(MPI_Datatype), "one size");
_Static_assert(sizeof(MPI_Count) == 8 && sizeof(MPI_Aint) == 8 && sizeof(MPI_Offset) == 8, "64-bit counts");

const struct mw_abi *const mw_abi_mpich = &abi;
#else
const struct mw_abi *const mw_abi_mpich = NULL;
#endif
