/* SPDX-License-Identifier: MIT */
/* The wrappers of MPI_Init, MPI_Finalize and MPI_Abort; those of sessions are in pmpi/wrap/sessions.c. */
#include "pmpi/abi/library.h"
#include "pmpi/abi/real_symbol.h"
#include "pmpi/abi/wrapper.h"
#include "pmpi/life/life.h"
#include "pmpi/measure/boundary.h"
#include "pmpi/measure/meter.h"
#include "pmpi/measure/objects.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/phases.h"
#include "pmpi/measure/requests.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/stage.h"
#include "pmpi/wrap/sessions.h"

#include <string.h>

MW_EXPORT int MPI_Init(uintptr_t argc, uintptr_t argv);
MW_EXPORT int PMPI_Init(uintptr_t argc, uintptr_t argv);
MW_EXPORT int MPI_Init_thread(uintptr_t argc, uintptr_t argv, uintptr_t required, uintptr_t provided);
MW_EXPORT int PMPI_Init_thread(uintptr_t argc, uintptr_t argv, uintptr_t required, uintptr_t provided);
MW_EXPORT int MPI_Finalize(void);
MW_EXPORT int PMPI_Finalize(void);
MW_EXPORT int MPI_Abort(uintptr_t comm, uintptr_t code);
MW_EXPORT int PMPI_Abort(uintptr_t comm, uintptr_t code);
MW_EXPORT int MPI_Request_free(uintptr_t request);
MW_EXPORT int PMPI_Request_free(uintptr_t request);

static int initialize(enum mw_op op, void *real, const uintptr_t a[4], void *return_address)
{
    struct mw_boundary boundary;
    bool begins = mw_sessions_begin(); /* false if another tool calls PMPI_Init inside MPI_Init */
    bool entered;
    int result;

    entered = mw_boundary_enter(&boundary, op, a, return_address);
    if (op == MW_OP_MPI_Init)
        result = ((int (*)(uintptr_t, uintptr_t))real)(a[0], a[1]);
    else
        result = ((int (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t))real)(a[0], a[1], a[2], a[3]);
    if (entered)
        mw_boundary_leave(&boundary, result != 0);
    mw_sessions_begun(result != 0);
    if ((begins || entered) && result == 0)
        mw_sessions_world_opened();
    return result;
}

int MPI_Init(uintptr_t argc, uintptr_t argv)
{
    const uintptr_t a[4] = {argc, argv};

    return initialize(MW_OP_MPI_Init, mw_real_symbol(2 * MW_OP_MPI_Init, "MPI_Init"), a, __builtin_return_address(0));
}

int PMPI_Init(uintptr_t argc, uintptr_t argv)
{
    const uintptr_t a[4] = {argc, argv};

    return initialize(MW_OP_MPI_Init, mw_real_symbol(2 * MW_OP_MPI_Init + 1, "PMPI_Init"), a, __builtin_return_address(0));
}

int MPI_Init_thread(uintptr_t argc, uintptr_t argv, uintptr_t required, uintptr_t provided)
{
    const uintptr_t a[4] = {argc, argv, required, provided};

    return initialize(MW_OP_MPI_Init_thread, mw_real_symbol(2 * MW_OP_MPI_Init_thread, "MPI_Init_thread"), a,
                      __builtin_return_address(0));
}

int PMPI_Init_thread(uintptr_t argc, uintptr_t argv, uintptr_t required, uintptr_t provided)
{
    const uintptr_t a[4] = {argc, argv, required, provided};

    return initialize(MW_OP_MPI_Init_thread, mw_real_symbol(2 * MW_OP_MPI_Init_thread + 1, "PMPI_Init_thread"), a,
                      __builtin_return_address(0));
}

static int finalize(int (*real)(void), void *return_address)
{
    struct mw_boundary boundary;
    bool entered;
    int result;

    mw_life_gather();
    entered = mw_boundary_enter(&boundary, MW_OP_MPI_Finalize, NULL, return_address);
    result = real();
    if (entered) {
        mw_boundary_leave(&boundary, result != 0);
        mw_sessions_world_closed();
    }
    return result;
}

int MPI_Finalize(void)
{
    return finalize((int (*)(void))mw_real_symbol(2 * MW_OP_MPI_Finalize, "MPI_Finalize"), __builtin_return_address(0));
}

int PMPI_Finalize(void)
{
    return finalize((int (*)(void))mw_real_symbol(2 * MW_OP_MPI_Finalize + 1, "PMPI_Finalize"), __builtin_return_address(0));
}

/* MPI_Abort does not return as a rule, so everything is recorded before the call. */
static int abort_job(int (*real)(uintptr_t, uintptr_t), uintptr_t comm, uintptr_t code, void *return_address)
{
    const uintptr_t a[] = {comm, code};
    struct mw_boundary boundary;
    bool entered = mw_boundary_enter(&boundary, MW_OP_MPI_Abort, a, return_address);
    int result;

    if (entered && mw_rank_lock()) { /* an allocation may have failed just now: record the limits */
        mw_meter_find_space();
        mw_observe_space();
        mw_rank_unlock();
    }
    mw_stage_abort((int)code); /* also inside another call (from an error handler), which is not a boundary */
    result = real(comm, code);
    if (entered)
        mw_boundary_leave(&boundary, result != 0);
    return result;
}

int MPI_Abort(uintptr_t comm, uintptr_t code)
{
    return abort_job((int (*)(uintptr_t, uintptr_t))mw_real_symbol(2 * MW_OP_MPI_Abort, "MPI_Abort"), comm, code,
                     __builtin_return_address(0));
}

int PMPI_Abort(uintptr_t comm, uintptr_t code)
{
    return abort_job((int (*)(uintptr_t, uintptr_t))mw_real_symbol(2 * MW_OP_MPI_Abort + 1, "PMPI_Abort"), comm, code,
                     __builtin_return_address(0));
}

static void forget_request(const void *request)
{
    if (!request || !mw_rank_is_counting() || !mw_library.abi || !mw_rank_lock())
        return;
    mw_objects_freed(MW_OBJECT_REQUEST, mw_abi_load(mw_library.abi, request, 0));
    mw_requests_freed(request);
    mw_rank_unlock();
}

int MPI_Request_free(uintptr_t request)
{
    forget_request((const void *)request);
    return ((int (*)(uintptr_t))mw_real_symbol(2 * MW_OP_MPI_Request_free, "MPI_Request_free"))(request);
}

int PMPI_Request_free(uintptr_t request)
{
    forget_request((const void *)request);
    return ((int (*)(uintptr_t))mw_real_symbol(2 * MW_OP_MPI_Request_free + 1, "PMPI_Request_free"))(request);
}
