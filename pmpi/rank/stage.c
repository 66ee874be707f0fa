/* SPDX-License-Identifier: MIT */
#include "pmpi/rank/stage.h"

#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <unistd.h>

/* Returns true if this call raised it. */
static bool raise_to(uint32_t *at, uint32_t stage)
{
    uint32_t now = __atomic_load_n(at, __ATOMIC_RELAXED);

    while (now < stage)
        if (__atomic_compare_exchange_n(at, &now, stage, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return true;
    return false;
}

void mw_stage_reach(enum mw_stage stage)
{
    raise_to(&mw_rank.journal.state->stage, stage);
}

void mw_stage_resume(void)
{
    uint32_t finalized = MW_STAGE_FINALIZED;

    __atomic_compare_exchange_n(&mw_rank.journal.state->stage, &finalized, MW_STAGE_RUNNING, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_RELAXED);
}

void mw_stage_abort(int code)
{
    struct mw_state *state = mw_rank.journal.state;
    uint64_t none = 0;

    /* not in a child of _Fork() or clone(), which maps its parent's journal */
    if (!mw_rank.recording || (!mw_syscalls_are_over() && getpid() != mw_rank.journal.ident->pid))
        return;
    if (__atomic_compare_exchange_n(&state->abort_ns, &none, mw_clock_now(), false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        __atomic_store_n(&state->abort_code, code, __ATOMIC_RELEASE);
    raise_to(&state->stage, MW_STAGE_ABORTED);
}
