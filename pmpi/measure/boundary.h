/* SPDX-License-Identifier: MIT */
/* A wrapped call is a boundary: what happened since the last one belongs to a phase, what happens inside it belongs
 * to the call. Each public call of the program is counted once; calls that the MPI library, a binding or another
 * tool makes inside it are not counted. */
#ifndef MW_PMPI_MEASURE_BOUNDARY_H
#define MW_PMPI_MEASURE_BOUNDARY_H

#include "pmpi/abi/bytes.h"
#include "pmpi/abi/ops.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/requests.h"
#include "pmpi/rank/timestamp.h"

#include <stdbool.h>
#include <stdint.h>

/* The state of a call, on the wrapper's stack between enter and leave. */
struct mw_boundary {
    const struct mw_op_info *op;
    const uintptr_t *arguments;
    void *return_address;
    uintptr_t stack_pointer;  /* the same in every call from the same place at the same depth */
    struct mw_window *window; /* not a member by value: longjmp(), an exception or a cancellation may abandon this
                                 stack */
    struct mw_timestamp enter;
    uint64_t entry_rss;
    uint64_t visit;
    struct mw_bytes bytes;
    uint32_t comm_size;
    uint32_t site;
    uintptr_t object;                    /* MW_KIND_FREES: handle of the object that it frees */
    struct mw_requests_pending *pending; /* MW_KIND_COMPLETION: those of collectives, or NULL; set before enter */
    uint8_t step;                        /* enum mw_step of this call: that of the requests where it has some */
    bool counted;                        /* false: the guard is up, nothing is counted */
    bool measured;
    bool timed;  /* one call in so many: the cost of counting is measured */
    bool failed; /* the call returned an error: its request is invalid */
};

/* Called on entering. Returns false if the call is only passed on (nothing is recorded, or it is made inside another
 * call); then do not call mw_boundary_leave(). errno is kept. */
bool mw_boundary_enter(struct mw_boundary *boundary, enum mw_op op, const uintptr_t *arguments, void *return_address);

/* Called on leaving. errno is kept. */
void mw_boundary_leave(struct mw_boundary *boundary, bool failed);

/* Raises and lowers the guard (pmpi/base/lock.h). While it is up, MPI calls of this thread are not the program's.
 * raise() returns false if it is up already. `return_address`: of the wrapper, or of a function that stays on the
 * stack until the guard is lowered. */
bool mw_boundary_guard_raise(void *return_address);
void mw_boundary_guard_lower(void);

/* The call that the calling thread is in: site + 1, or 0; only known of the main thread. Takes no lock. */
uint32_t mw_boundary_site(void);

#endif
