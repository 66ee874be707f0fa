/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/completion.h"

#include "pmpi/measure/boundary.h"
#include "pmpi/measure/requests.h"
#include "pmpi/rank/rank.h"

static int call(void *real, const uintptr_t a[5])
{
    return ((int (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t))real)(a[0], a[1], a[2], a[3], a[4]);
}

static bool is_single(enum mw_op op)
{
    return op == MW_OP_MPI_Wait || op == MW_OP_MPI_Test;
}

static int value(uintptr_t pointer)
{
    return *(const int *)pointer;
}

static void mark_all(struct mw_requests_pending *pending)
{
    for (int i = 0; i < pending->count; i++)
        pending->items[i].done = true;
}

static void mark_index(struct mw_requests_pending *pending, int index)
{
    for (int i = 0; i < pending->count; i++)
        if (pending->items[i].index == index)
            pending->items[i].done = true;
}

/* Marks the completed requests from the call's results. Returns whether any request is marked. */
static bool mark_done(enum mw_op op, const uintptr_t a[5], struct mw_requests_pending *pending)
{
    switch (op) {
    case MW_OP_MPI_Wait:
    case MW_OP_MPI_Waitall: mark_all(pending); break;
    case MW_OP_MPI_Waitany: mark_index(pending, value(a[2])); break;
    case MW_OP_MPI_Test:
        if (value(a[1]))
            mark_all(pending);
        break;
    case MW_OP_MPI_Testall:
        if (value(a[2]))
            mark_all(pending);
        break;
    case MW_OP_MPI_Testany:
        if (value(a[3]))
            mark_index(pending, value(a[2]));
        break;
    default: /* Waitsome, Testsome: a negative count is MPI_UNDEFINED */
        for (int i = 0; i < value(a[2]); i++)
            mark_index(pending, ((const int *)a[3])[i]);
    }
    for (int i = 0; i < pending->count; i++)
        if (pending->items[i].done)
            return true;
    return false;
}

/* A call for requests of messages, which are not tracked. */
static int pass(enum mw_op op, void *real, const uintptr_t a[5], void *return_address)
{
    struct mw_boundary boundary;
    bool entered;
    int result;

    boundary.pending = NULL;
    entered = mw_boundary_enter(&boundary, op, a, return_address);
    result = call(real, a);
    if (entered)
        mw_boundary_leave(&boundary, result != 0);
    return result;
}

/* A wait call: memory that rises inside belongs to the collective. */
static int wait_for(enum mw_op op, void *real, const uintptr_t a[5], struct mw_requests_pending *pending, void *return_address)
{
    struct mw_boundary boundary = {.pending = pending};
    bool entered = mw_boundary_enter(&boundary, op, a, return_address);
    int result = call(real, a);

    if (result == 0)
        mark_done(op, a, pending);
    if (entered)
        mw_boundary_leave(&boundary, result != 0);
    return result;
}

/* A test call: a boundary only if it completes a request. */
static int test_for(enum mw_op op, void *real, const uintptr_t a[5], struct mw_requests_pending *pending, void *return_address)
{
    struct mw_boundary boundary = {.pending = pending};
    bool raised = mw_boundary_guard_raise(return_address);
    int result = call(real, a);

    if (raised)
        mw_boundary_guard_lower();
    if (raised && result == 0 && mark_done(op, a, pending) && mw_boundary_enter(&boundary, op, a, return_address))
        mw_boundary_leave(&boundary, result != 0);
    return result;
}

static bool find_pending(struct mw_requests_pending *pending, int count, const void *requests)
{
    bool found;

    if (!mw_rank_is_counting() || !mw_rank_lock())
        return false;
    found = mw_requests_find(pending, count, requests);
    mw_rank_unlock();
    return found;
}

static void release_pending(const struct mw_requests_pending *pending)
{
    if (!mw_rank.recording || !mw_rank_lock()) /* not in a child that the call has forked */
        return;
    mw_requests_release(pending);
    mw_rank_unlock();
}

/* A call while requests of collectives are open. Not inlined: `pending` takes many pages of stack. */
__attribute__((noinline)) static int find_and_call(enum mw_op op, void *real, const uintptr_t a[5], void *return_address)
{
    struct mw_requests_pending pending;
    int count = is_single(op) ? 1 : (int)a[0];
    int result;

    if (!find_pending(&pending, count, (const void *)a[is_single(op) ? 0 : 1]))
        return pass(op, real, a, return_address);
    if (op == MW_OP_MPI_Test || op == MW_OP_MPI_Testall || op == MW_OP_MPI_Testany || op == MW_OP_MPI_Testsome)
        result = test_for(op, real, a, &pending, return_address);
    else
        result = wait_for(op, real, a, &pending, return_address);
    release_pending(&pending);
    return result;
}

int mw_completion(enum mw_op op, void *real, const uintptr_t a[5], void *return_address)
{
    return mw_requests_are_live() ? find_and_call(op, real, a, return_address) : pass(op, real, a, return_address);
}
