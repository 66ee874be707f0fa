/* SPDX-License-Identifier: MIT */
/* The wrappers of all rows of pmpi/abi/calls.def: MPI_X and PMPI_X, each calling its own real definition. */
#include "pmpi/abi/wrapper.h"

#include "pmpi/abi/ops.h"
#include "pmpi/abi/real_symbol.h"
#include "pmpi/measure/boundary.h"
#include "pmpi/measure/completion.h"
#include "pmpi/rank/heap_link.h"

#include <stdbool.h>

/* A program calls few wrappers: mostly blocking calls, by one of the two names. These are adjacent in memory, since
 * a touched page brings its neighbours into every rank's RSS (64 KiB, "fault around"). */
#define MW_TOGETHER(group) __attribute__((section(".text.wrappers." group)))

/* Tells the heap library which memory the program gets by a call that allocates for it. A constant `op` leaves nothing of this in
 * the other wrappers. */
static inline __attribute__((always_inline)) void note_given(enum mw_op op, const uintptr_t *arguments, int result)
{
    bool is_window = op == MW_OP_MPI_Win_allocate || op == MW_OP_MPI_Win_allocate_c || op == MW_OP_MPI_Win_allocate_shared ||
                     op == MW_OP_MPI_Win_allocate_shared_c;

    if ((is_window || op == MW_OP_MPI_Alloc_mem) && !result)
        mw_heap_link_given(*(void *const *)arguments[is_window ? 4 : 2], arguments[0]); /* of (size, ..., &address, ...) */
}

#define MW_WRAPPER(symbol, n, op, slot, group)                                                                          \
    MW_TOGETHER(group) MW_EXPORT int symbol(MW_PASTE(MW_PARAMETERS_, n));                                               \
    MW_EXPORT int symbol(MW_PASTE(MW_PARAMETERS_, n))                                                                   \
    {                                                                                                                   \
        int (*real)(MW_PASTE(MW_PARAMETERS_, n)) = (int (*)(MW_PASTE(MW_PARAMETERS_, n)))mw_real_symbol(slot, #symbol); \
        const uintptr_t arguments[] = {MW_PASTE(MW_VALUES_, n)};                                                        \
        struct mw_boundary boundary;                                                                                    \
        int result;                                                                                                     \
                                                                                                                        \
        if (!mw_boundary_enter(&boundary, op, arguments, __builtin_return_address(0)))                                  \
            return real(MW_PASTE(MW_VALUES_, n));                                                                       \
        result = real(MW_PASTE(MW_VALUES_, n));                                                                         \
        note_given(op, arguments, result);                                                                              \
        mw_boundary_leave(&boundary, result != 0);                                                                      \
        return result;                                                                                                  \
    }

/* Wrappers of calls that complete requests: pmpi/measure/completion.h. */
#define MW_COMPLETION_WRAPPER(symbol, n, op, slot, group)                                                \
    MW_TOGETHER(group) MW_EXPORT int symbol(MW_PASTE(MW_PARAMETERS_, n));                                \
    MW_EXPORT int symbol(MW_PASTE(MW_PARAMETERS_, n))                                                    \
    {                                                                                                    \
        const uintptr_t arguments[5] = {MW_PASTE(MW_VALUES_, n)};                                        \
                                                                                                         \
        return mw_completion(op, mw_real_symbol(slot, #symbol), arguments, __builtin_return_address(0)); \
    }

#define MW_SHAPE_PLAIN MW_WRAPPER
#define MW_SHAPE_NONBLOCKING MW_WRAPPER
#define MW_SHAPE_PERSISTENT MW_WRAPPER
#define MW_SHAPE_PERSISTENT_MESSAGE MW_WRAPPER
#define MW_SHAPE_CREATES MW_WRAPPER
#define MW_SHAPE_FREES MW_WRAPPER
#define MW_SHAPE_GUARD MW_WRAPPER
#define MW_SHAPE_COMPLETION MW_COMPLETION_WRAPPER
#define MW_EACH(prefix, name, n, kind, wide, step, rule, comm, object, handle)                                                \
    MW_PASTE(MW_SHAPE_, kind)                                                                                                 \
    (prefix##name, n, MW_OP_##prefix##name, 2 * MW_OP_##prefix##name, #prefix "." #kind "." #step) MW_PASTE(MW_SHAPE_, kind)( \
        P##prefix##name, n, MW_OP_##prefix##name, 2 * MW_OP_##prefix##name + 1, "P" #prefix "." #kind "." #step)
#include "pmpi/abi/each_call.h"

MW_WRAPPER(MPI_Start, 1, MW_OP_MPI_Start, 2 * MW_OP_MPI_Start, "MPI_.start")
MW_WRAPPER(PMPI_Start, 1, MW_OP_MPI_Start, 2 * MW_OP_MPI_Start + 1, "PMPI_.start")
MW_WRAPPER(MPI_Startall, 2, MW_OP_MPI_Startall, 2 * MW_OP_MPI_Startall, "MPI_.start")
MW_WRAPPER(PMPI_Startall, 2, MW_OP_MPI_Startall, 2 * MW_OP_MPI_Startall + 1, "PMPI_.start")
