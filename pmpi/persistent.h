/* SPDX-License-Identifier: MIT */
/* Requests of persistent collectives: what MPI_Start of one moves. Safe in threads. */
#ifndef MW_PMPI_PERSISTENT_H
#define MW_PMPI_PERSISTENT_H

#include "pmpi/bytes.h"
#include "pmpi/ops.h"

#include <stdbool.h>
#include <stdint.h>

/* An _init call has returned: its last argument points to the new request. */
void mw_persistent_created(const struct mw_op_info *op, const uintptr_t *arguments);

/* MPI_Start(request) or MPI_Startall(count, requests) is called. Returns false when none is a collective's;
 * else the sum of the bytes, and the largest communicator's size. */
bool mw_persistent_started(const struct mw_op_info *op, const uintptr_t *arguments, struct mw_bytes *bytes,
                           uint32_t *comm_size);

/* A request is about to be freed. */
void mw_persistent_freed(const void *request);

#endif
