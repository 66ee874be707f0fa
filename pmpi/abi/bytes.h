/* SPDX-License-Identifier: MIT */
/* The bytes that the arguments of a call describe on this rank.
 *
 * sent: data in this rank's send buffers that the call reads. received: the part of this rank's receive buffers that
 * the call writes. Counts times type size (not extent), in 64 bits. MPI_IN_PLACE counts as if the data were in two
 * separate buffers. Neighbours and peers that are MPI_PROC_NULL are not counted. A buffer for a message counts with its whole
 * size, although the message may be shorter. One-sided: what leaves this rank as the origin is sent, what comes back to it is
 * received; nothing is counted at the target. Files: written is sent, read is received (the size of the buffer, also at the end
 * of the file). */
#ifndef MW_PMPI_ABI_BYTES_H
#define MW_PMPI_ABI_BYTES_H

#include "pmpi/abi/library.h"
#include "pmpi/abi/ops.h"

#include <stdint.h>

struct mw_bytes {
    uint64_t sent;
    uint64_t received;
};

/* Computes the bytes of a call of `op`; after mw_layout_start(). Reads only significant arguments; null handles give 0. */
struct mw_bytes mw_bytes_of(const struct mw_op_info *op, const uintptr_t *arguments);

/* Processes in the (local) group of a communicator handle; 0 for a null one. */
uint32_t mw_bytes_comm_size(uintptr_t comm);

/* Like mw_bytes_comm_size(), but without an MPI call for MPI_COMM_SELF and, usually, MPI_COMM_WORLD. */
extern uint32_t mw_bytes_world_size; /* 0: not known */
static inline uint32_t mw_bytes_comm_size_quick(uintptr_t comm)
{
    if (comm == mw_library.comm_self)
        return 1;
    return comm == mw_library.comm_world && mw_bytes_world_size ? mw_bytes_world_size : mw_bytes_comm_size(comm);
}

#endif
