/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/abi.h"

/* Handles are ints. The same since the ABI initiative of 2013: MPICH 3.1 to 5. */
const struct mw_abi mw_abi_mpich = {
    .id = MW_ABI_MPICH,
    .handle_bytes = 4,
    .marker = "MPIR_Err_create_code",
    .comm_world = {0x44000000, ""},
    .comm_self = {0x44000001, ""},
    .comm_null = {0x04000000, ""},
    .info_null = {0x1c000000, ""},
    .datatype_byte = {0x4c00010d, ""},
    .datatype_null = {0x0c000000, ""},
    .group_null = {0x08000000, ""},
    .group_empty = {0x48000000, ""},
    .op_null = {0x18000000, ""},
    .win_null = {0x20000000, ""},
    .file_null = {0, ""},
    .errors_return = {0x54000001, ""},
    .no_op = {0x5800000e, ""},
    .in_place = (uintptr_t)-1,
    .root = -3,
    .proc_null = -1,
    .cart = 2,
    .graph = 1,
    .dist_graph = 3,
    .thread_multiple = 3,
};
