/* SPDX-License-Identifier: MIT */
/* How many bytes a collective's arguments describe, at this rank.
 *
 * sent: the data of this rank's send buffers that the call reads. received: the part of this rank's receive
 * buffers that the call fills. Counts times type size (not extent), in 64 bits. MPI_IN_PLACE counts as if the
 * data lay in two separate buffers. Neighbours that are MPI_PROC_NULL take no part. */
#ifndef MW_PMPI_ABI_BYTES_H
#define MW_PMPI_ABI_BYTES_H

#include "pmpi/abi/library.h"
#include "pmpi/abi/ops.h"

#include <stdint.h>

struct mw_bytes {
    uint64_t sent;
    uint64_t received;
};

/* Finds out, from the rows of pmpi/abi/collectives.def, where the arguments of each rule are. To be called before all else. */
void mw_bytes_start(void);

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
