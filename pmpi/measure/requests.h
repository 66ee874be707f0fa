/* SPDX-License-Identifier: MIT */
/* Requests of collectives that were started and not completed yet, and persistent ones.
 *
 * A nonblocking collective consists of two calls: memory that rises between MPI_Iallreduce and its MPI_Wait belongs
 * to the pair. Requests of messages are not tracked: a program may have any number of them. Only persistent ones are here, for
 * the bytes of MPI_Start. Callers hold the rank's lock, unless stated otherwise. */
#ifndef MW_PMPI_MEASURE_REQUESTS_H
#define MW_PMPI_MEASURE_REQUESTS_H

#include "pmpi/abi/bytes.h"
#include "pmpi/abi/ops.h"
#include "pmpi/measure/observe.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Maximum number of tracked requests; MPI_Start and MPI_Wait of further ones are not recorded. */
#define MW_REQUESTS MW_OBSERVE_REQUESTS
/* Maximum number of tracked requests in one MPI_Waitall. */
#define MW_REQUESTS_PENDING MW_REQUESTS

/* The tracked requests that a call may complete. */
struct mw_requests_pending {
    const char *call;    /* name of the call that started the first of them */
    uint32_t start_site; /* its site + 1 */
    uint32_t comm_size;
    int count;
    struct {
        uint16_t entry;
        uint16_t generation; /* of the entry: another thread may get the same handle after MPI has freed it */
        bool done;
        int index; /* in the program's array */
    } items[MW_REQUESTS_PENDING];
};

/* Entries in use. Readable without the lock: if 0, MPI_Wait is passed on at once. */
extern _Atomic unsigned mw_requests_live;
static inline bool mw_requests_are_live(void)
{
    return atomic_load_explicit(&mw_requests_live, memory_order_relaxed) && mw_library.abi;
}

/* A persistent _init call has returned; its last argument points to the new request, whose handle is returned. */
uintptr_t mw_requests_created(const struct mw_op_info *op, const uintptr_t *arguments);

/* MPI_Start(request) or MPI_Startall(count, requests) is called. Adds the bytes of the known requests, and sets the size of the
 * largest communicator. Returns whether a request is a collective's. */
bool mw_requests_to_start(const struct mw_op_info *op, const uintptr_t *arguments, struct mw_bytes *bytes, uint32_t *comm_size);

/* A nonblocking call, MPI_Start or MPI_Startall of `site` has returned. `measured`: RSS was `base` on entering and
 * rose to `peak` inside, in bytes. */
void mw_requests_started(const struct mw_op_info *op, const uintptr_t *arguments, uint32_t site, bool measured, uint64_t base,
                         uint64_t peak);

/* Finds the started collectives among `count` requests. Returns false if there is none, which is the usual case and
 * fast. Their entries are held until mw_requests_release(). */
bool mw_requests_find(struct mw_requests_pending *pending, int count, const void *requests);

/* Removes the items marked done. Sets *base and *peak to those of the pair with the largest rise above the given
 * one, if its start was measured. */
void mw_requests_completed(const struct mw_requests_pending *pending, uint64_t *base, uint64_t *peak);

/* Releases the entries when the call has returned, whatever it completed. */
void mw_requests_release(const struct mw_requests_pending *pending);

/* MPI_Request_free is called for a request. */
void mw_requests_freed(const void *request);

/* Repairs the table after an update was interrupted. */
void mw_requests_repair(void);

#endif
