/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/abi.h"

/* MPI 5.0, chapter 20 and appendix A: the constants of mpi_abi.h. */
const struct mw_abi mw_abi_standard = {
    .id = MW_ABI_STANDARD,
    .handle_bytes = 8,
    .soname = "libmpi_abi.so",
    .comm_world = {0x101, ""},
    .comm_self = {0x102, ""},
    .comm_null = {0x100, ""},
    .info_null = {0x130, ""},
    .datatype_byte = {0x247, ""},
    .datatype_null = {0x200, ""},
    .group_null = {0x108, ""},
    .group_empty = {0x109, ""},
    .op_null = {0x20, ""},
    .win_null = {0x110, ""},
    .file_null = {0x118, ""},
    .errors_return = {0x143, ""},
    .no_op = {0x3d, ""},
    .in_place = 1,
    .root = -4,
    .proc_null = -3,
    .cart = 211,
    .graph = 212,
    .dist_graph = 213,
    .thread_multiple = 4096,
};
