/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/ops.h"

/* A name that does not fit with its NUL would be silently truncated: make it a compile error. */
#define MW_EACH(prefix, name, n, kind, wide, step, rule, comm, object, handle) \
    _Static_assert(sizeof(#prefix #name) <= MW_OP_NAME_BYTES, #prefix #name);
#include "pmpi/abi/each_call.h"

const struct mw_op_info mw_ops[MW_OP_COUNT] = {
#define MW_EACH(prefix, name, n, kind, wide, step, rule, comm, object, handle) \
    [MW_OP_##prefix##                                                          \
        name] = {#prefix #name, MW_KIND_##kind, wide, MW_STEP_##step, MW_RULE_##rule, comm, MW_OBJECT_##object, handle},
#include "pmpi/abi/each_call.h"
    [MW_OP_MPI_Init] = {"MPI_Init", MW_KIND_PLAIN, 0, MW_STEP_COLLECTIVE, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Init_thread] = {"MPI_Init_thread", MW_KIND_PLAIN, 0, MW_STEP_COLLECTIVE, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Finalize] = {"MPI_Finalize", MW_KIND_PLAIN, 0, MW_STEP_COLLECTIVE, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Session_init] = {"MPI_Session_init", MW_KIND_CREATES, 0, MW_STEP_COLLECTIVE, MW_RULE_NOTHING, MW_NOCOMM,
                                MW_OBJECT_SESSION, 2},
    [MW_OP_MPI_Session_finalize] = {"MPI_Session_finalize", MW_KIND_FREES, 0, MW_STEP_COLLECTIVE, MW_RULE_NOTHING, MW_NOCOMM,
                                    MW_OBJECT_SESSION, 0},
    [MW_OP_MPI_Abort] = {"MPI_Abort", MW_KIND_PLAIN, 0, MW_STEP_COLLECTIVE, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Pcontrol] = {"MPI_Pcontrol", MW_KIND_GUARD, 0, MW_STEP_OTHER, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Start] = {"MPI_Start", MW_KIND_START, 0, MW_STEP_BEGIN, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Startall] = {"MPI_Startall", MW_KIND_START, 0, MW_STEP_BEGIN, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
    [MW_OP_MPI_Request_free] = {"MPI_Request_free", MW_KIND_GUARD, 0, MW_STEP_OTHER, MW_RULE_NOTHING, MW_NOCOMM, 0, 0},
};
