/* SPDX-License-Identifier: MIT */
/* Requests of collectives that were started and not completed yet, and of persistent ones.
 *
 * A nonblocking collective is one thing with two ends: what memory rises between MPI_Iallreduce and its MPI_Wait
 * belongs to the pair. Callers hold the rank's lock, unless it says otherwise. */
#ifndef MW_PMPI_MEASURE_REQUESTS_H
#define MW_PMPI_MEASURE_REQUESTS_H

#include "pmpi/abi/bytes.h"
#include "pmpi/abi/ops.h"
#include "pmpi/measure/observe.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Requests known at a time; a program with more of them has the rest's MPI_Start and MPI_Wait left out. */
#define MW_REQUESTS MW_OBSERVE_REQUESTS
/* Of the requests of one MPI_Waitall, so many can be ours. */
#define MW_REQUESTS_PENDING MW_REQUESTS

/* What one completing call may complete. */
struct mw_requests_pending {
    const char *call;    /* that was started, by the first of them */
    uint32_t start_site; /* where: site + 1 */
    uint32_t comm_size;
    int count;
    struct {
        uint16_t entry;
        uint16_t generation; /* of the entry: another thread may get the same handle once MPI is done with it */
        bool done;
        int index; /* in the program's array */
    } items[MW_REQUESTS_PENDING];
};

/* Entries in use. 0, which can be asked for without the lock, lets every MPI_Wait pass at once. */
extern _Atomic unsigned mw_requests_live;
static inline bool mw_requests_are_live(void)
{
    return atomic_load_explicit(&mw_requests_live, memory_order_relaxed) && mw_library.abi;
}

/* A persistent _init call has returned: its last argument points to the new request. */
void mw_requests_created(const struct mw_op_info *op, const uintptr_t *arguments);

/* MPI_Start(request) or MPI_Startall(count, requests) is called. Returns false when none is a collective's; else the
 * sum of the bytes, and the largest communicator's size. */
bool mw_requests_to_start(const struct mw_op_info *op, const uintptr_t *arguments, struct mw_bytes *bytes,
                          uint32_t *comm_size);

/* A nonblocking call, MPI_Start or MPI_Startall of `site` has returned. `measured`: RSS was `base` when it was entered,
 * and rose to `peak` inside. */
void mw_requests_started(const struct mw_op_info *op, const uintptr_t *arguments, uint32_t site, bool measured,
                         uint64_t base, uint64_t peak);

/* Which of `count` requests are started collectives? Returns false when none is (the usual case: cheap). What was found
 * is held until mw_requests_release(). */
bool mw_requests_find(struct mw_requests_pending *pending, int count, const void *requests);

/* The items marked done are completed: forgets them. Raises *peak - *base to the largest rise of a pair, when its start
 * was measured. */
void mw_requests_completed(const struct mw_requests_pending *pending, uint64_t *base, uint64_t *peak);

/* The call that was to complete them has returned, whatever it completed. */
void mw_requests_release(const struct mw_requests_pending *pending);

/* A request is about to be freed. */
void mw_requests_freed(const void *request);

/* Makes the table sound where it was left half-written. */
void mw_requests_repair(void);

#endif
