/* SPDX-License-Identifier: MIT */
/* The MPI library of this process: its ABI, and the calls that the shim makes itself.
 *
 * All are PMPI_ entries, so that no other tool sees them. Handles are uintptr_t (pmpi/abi/abi.h). */
#ifndef MW_PMPI_ABI_LIBRARY_H
#define MW_PMPI_ABI_LIBRARY_H

#include "pmpi/abi/abi.h"

#include <stdbool.h>
#include <stdint.h>

/* X(field, PMPI name, parameters): what the shim calls. */
#define MW_LIBRARY_CALLS(X)                                                                                               \
    X(get_library_version, PMPI_Get_library_version, (char *, int *))                                                     \
    X(initialized, PMPI_Initialized, (int *))                                                                             \
    X(finalized, PMPI_Finalized, (int *))                                                                                 \
    X(query_thread, PMPI_Query_thread, (int *))                                                                           \
    X(comm_size, PMPI_Comm_size, (uintptr_t, int *))                                                                      \
    X(comm_rank, PMPI_Comm_rank, (uintptr_t, int *))                                                                      \
    X(comm_test_inter, PMPI_Comm_test_inter, (uintptr_t, int *))                                                          \
    X(comm_remote_size, PMPI_Comm_remote_size, (uintptr_t, int *))                                                        \
    X(comm_get_parent, PMPI_Comm_get_parent, (uintptr_t *))                                                               \
    X(comm_split, PMPI_Comm_split, (uintptr_t, int, int, uintptr_t *))                                                    \
    X(comm_free, PMPI_Comm_free, (uintptr_t *))                                                                           \
    X(comm_get_errhandler, PMPI_Comm_get_errhandler, (uintptr_t, uintptr_t *))                                            \
    X(errhandler_free, PMPI_Errhandler_free, (uintptr_t *))                                                               \
    X(comm_set_errhandler, PMPI_Comm_set_errhandler, (uintptr_t, uintptr_t))                                              \
    X(type_size_x, PMPI_Type_size_x, (uintptr_t, int64_t *))                                                              \
    X(topo_test, PMPI_Topo_test, (uintptr_t, int *))                                                                      \
    X(cartdim_get, PMPI_Cartdim_get, (uintptr_t, int *))                                                                  \
    X(cart_shift, PMPI_Cart_shift, (uintptr_t, int, int, int *, int *))                                                   \
    X(graph_neighbors_count, PMPI_Graph_neighbors_count, (uintptr_t, int, int *))                                         \
    X(dist_graph_neighbors_count, PMPI_Dist_graph_neighbors_count, (uintptr_t, int *, int *, int *))                      \
    X(gather, PMPI_Gather, (const void *, int, uintptr_t, void *, int, uintptr_t, int, uintptr_t))                        \
    X(gatherv, PMPI_Gatherv, (const void *, int, uintptr_t, void *, const int *, const int *, uintptr_t, int, uintptr_t)) \
    X(bcast, PMPI_Bcast, (void *, int, uintptr_t, int, uintptr_t))                                                        \
    X(send, PMPI_Send, (const void *, int, uintptr_t, int, int, uintptr_t))                                               \
    X(recv, PMPI_Recv, (void *, int, uintptr_t, int, int, uintptr_t, void *))                                             \
    X(iprobe, PMPI_Iprobe, (int, int, uintptr_t, int *, void *))

#define MW_LIBRARY_STATUS 256 /* more than any MPI_Status */

struct mw_library {
    const struct mw_abi *abi; /* NULL: unknown MPI; nothing below may be used then */
    uintptr_t comm_world, comm_self, comm_null, info_null, datatype_byte, datatype_null, errors_return, no_op;
    uintptr_t group_null, group_empty, op_null, win_null, file_null;
#define X(field, name, parameters) int(*field) parameters;
    MW_LIBRARY_CALLS(X)
#undef X
};

extern struct mw_library mw_library;

/* Identifies the loaded MPI library and resolves the calls. Returns false for an unknown one. */
bool mw_library_resolve(void);

/* Lets the MPI library progress communication with other ranks. To be called while waiting outside of MPI. */
void mw_library_progress(void);

#endif
