/* SPDX-License-Identifier: MIT */
/* How many bytes a collective's arguments describe, at this rank.
 *
 * sent: the data of this rank's send buffers that the call reads. received: the part of this rank's receive
 * buffers that the call fills. Counts times type size (not extent), in 64 bits. MPI_IN_PLACE counts as if the
 * data lay in two separate buffers. Neighbours that are MPI_PROC_NULL take no part. */
#ifndef MW_PMPI_BYTES_H
#define MW_PMPI_BYTES_H

#include "pmpi/library.h"
#include "pmpi/ops.h"

#include <stdint.h>

enum mw_rule {
    MW_RULE_NOTHING, /* moves no data of the program's */
    MW_RULE_BARRIER,
    MW_RULE_BCAST,
    MW_RULE_GATHER,
    MW_RULE_GATHERV,
    MW_RULE_SCATTER,
    MW_RULE_SCATTERV,
    MW_RULE_ALLGATHER,
    MW_RULE_ALLGATHERV,
    MW_RULE_ALLTOALL,
    MW_RULE_ALLTOALLV,
    MW_RULE_ALLTOALLW,
    MW_RULE_REDUCE,
    MW_RULE_ALLREDUCE,
    MW_RULE_REDUCE_SCATTER,
    MW_RULE_REDUCE_SCATTER_BLOCK,
    MW_RULE_EXSCAN,
    MW_RULE_NEIGHBOR_ALLGATHER,
    MW_RULE_NEIGHBOR_ALLGATHERV,
    MW_RULE_NEIGHBOR_ALLTOALL,
    MW_RULE_NEIGHBOR_ALLTOALLV,
    MW_RULE_NEIGHBOR_ALLTOALLW
};

struct mw_bytes {
    uint64_t sent;
    uint64_t received;
};

/* Reads the arguments of a call of `op`. Only significant ones are looked at; handles that are null give 0. */
struct mw_bytes mw_bytes_of(const struct mw_op_info *op, const uintptr_t *arguments);

/* Processes in the (local) group of a communicator handle; 0 for a null one. */
uint32_t mw_bytes_comm_size(uintptr_t comm);

/* The same; the two that every program has are known without asking. */
extern uint32_t mw_bytes_world_size; /* 0: not known yet */
static inline uint32_t mw_bytes_comm_size_quick(uintptr_t comm)
{
    if (comm == mw_library.comm_self)
        return 1;
    return comm == mw_library.comm_world && mw_bytes_world_size ? mw_bytes_world_size : mw_bytes_comm_size(comm);
}

#endif
