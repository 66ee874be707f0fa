/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/abi.h"

/* Predefined handles are addresses of libmpi's data, which must not be referenced at link time. The same from Open MPI 1.7
 * to 6. */
const struct mw_abi mw_abi_openmpi = {
    .id = MW_ABI_OPENMPI,
    .handle_bytes = 8,
    .marker = "ompi_mpi_comm_world",
    .comm_world = {0, "ompi_mpi_comm_world"},
    .comm_self = {0, "ompi_mpi_comm_self"},
    .comm_null = {0, "ompi_mpi_comm_null"},
    .info_null = {0, "ompi_mpi_info_null"},
    .datatype_byte = {0, "ompi_mpi_byte"},
    .datatype_null = {0, "ompi_mpi_datatype_null"},
    .group_null = {0, "ompi_mpi_group_null"},
    .group_empty = {0, "ompi_mpi_group_empty"},
    .op_null = {0, "ompi_mpi_op_null"},
    .win_null = {0, "ompi_mpi_win_null"},
    .file_null = {0, "ompi_mpi_file_null"},
    .errors_return = {0, "ompi_mpi_errors_return"},
    .no_op = {0, "ompi_mpi_op_no_op"},
    .in_place = 1,
    .root = -4,
    .proc_null = -2,
    .cart = 1,
    .graph = 2,
    .dist_graph = 3,
    .thread_multiple = 3,
};
