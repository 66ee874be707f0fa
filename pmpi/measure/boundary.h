/* SPDX-License-Identifier: MIT */
/* A wrapped call as a boundary: what happened since the last one belongs to a phase, what happens inside belongs to
 * the call. Each public call of the program is counted once: calls that the MPI library, a binding or another tool
 * makes inside it are not. */
#ifndef MW_PMPI_MEASURE_BOUNDARY_H
#define MW_PMPI_MEASURE_BOUNDARY_H

#include "pmpi/abi/bytes.h"
#include "pmpi/abi/ops.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/requests.h"
#include "pmpi/rank/timestamp.h"

#include <stdbool.h>
#include <stdint.h>

/* Lives on the wrapper's stack between enter and leave. */
struct mw_boundary {
    const struct mw_op_info *op;
    const uintptr_t *arguments;
    void *return_address;
    uintptr_t stack_pointer; /* where the stack stands: the same in every call from the same place at the same depth */
    struct mw_window *window; /* not in here: this stack may be left by longjmp(), an exception, a cancellation */
    struct mw_timestamp enter;
    uint64_t entry_rss;
    uint64_t visit;
    struct mw_bytes bytes;
    uint32_t comm_size;
    uint32_t site;
    struct mw_requests_pending *pending; /* MW_KIND_COMPLETION: what it completes; set by the caller before enter */
    bool counted; /* false: only the guard is up */
    bool measured;
    bool timed;  /* one in so many, to know what counting costs */
    bool failed; /* the call returned an error: its request, if any, is not one */
};

/* On the way in. Returns false when the call is to be passed on without a word (nothing is recorded, or it is made
 * inside another one); leave must not be called then. errno is kept. */
bool mw_boundary_enter(struct mw_boundary *boundary, enum mw_op op, const uintptr_t *arguments,
                       void *return_address);

/* On the way out. errno is kept. */
void mw_boundary_leave(struct mw_boundary *boundary, bool failed);

/* Raises and lowers the guard (pmpi/base/lock.h): between them this thread's MPI calls are not the program's. raise() returns
 * false when it is up already. `return_address`: of the wrapper, or whoever stays on the stack until the guard is lowered. */
bool mw_boundary_guard_raise(void *return_address);
void mw_boundary_guard_lower(void);

#endif
