/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "pmpi/abi.h"

#ifdef HAVE_OPENMPI
#include <mpi.h>

#include "pmpi/abi_check.h"

/* Predefined handles are addresses of libmpi's data, which must not be referenced at link time. */
static const struct mw_abi abi = {
    .id = MW_ABI_OPENMPI,
    .handle_bytes = sizeof(MPI_Comm),
    .marker = "ompi_mpi_comm_world",
    .comm_world = {0, "ompi_mpi_comm_world"},
    .comm_self = {0, "ompi_mpi_comm_self"},
    .info_null = {0, "ompi_mpi_info_null"},
    .comm_null = {0, "ompi_mpi_comm_null"},
    .datatype_byte = {0, "ompi_mpi_byte"},
    .datatype_null = {0, "ompi_mpi_datatype_null"},
    .errors_return = {0, "ompi_mpi_errors_return"},
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

const struct mw_abi *const mw_abi_openmpi = &abi;
#else
const struct mw_abi *const mw_abi_openmpi = NULL;
#endif
