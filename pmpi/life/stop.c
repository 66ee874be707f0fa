/* SPDX-License-Identifier: MIT */
#include "pmpi/life/stop.h"

#include "collector/base/text.h"
#include "pmpi/base/log.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/measure/counters.h"
#include "pmpi/measure/governor.h"
#include "pmpi/measure/meter.h"
#include "pmpi/measure/observe.h"
#include "pmpi/measure/own_memory.h"
#include "pmpi/rank/heap_link.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/timestamp.h"

#include <sys/auxv.h>

/* Takes a last measurement while system calls are allowed. */
static void measure_last(void)
{
    struct mw_state *state = mw_rank.journal.state;
    struct mw_timestamp now;

    if (!mw_rank_lock())
        return;
    now = mw_timestamp_exact();
    mw_observe(now.ns, 0);
    mw_meter_outside_rss(&state->huge_bytes, &state->swap_bytes);
    mw_own_memory_measure();
    mw_counters_check();
    mw_rank_unlock();
}

void mw_stop_measuring(enum mw_unmeasured why)
{
    struct mw_state *state = mw_rank.journal.state;
    char quoted[4 * sizeof(mw_rank.dir)];

    measure_last();
    if (mw_rank.standalone && mw_rank.journal.ident->rank == 0 && state->stage == MW_STAGE_RUNNING) {
        mw_text_quote(quoted, sizeof(quoted), mw_rank.dir);
        mw_log("memwatch: %s: no report at the end; print what is recorded with: memwatch report %s\n",
               why == MW_UNMEASURED_SANDBOX ? "rank 0 enters a seccomp sandbox" : "MEMWATCH_SYSCALLS=0", quoted);
    }
    state->unmeasured_why = why;
    state->unmeasured_ns = mw_rank.last_timestamp; /* all later boundaries have later timestamps */
    if (!getauxval(AT_SYSINFO_EHDR))               /* no vDSO: reading a clock takes a system call */
        mw_rank.counting = false;
    mw_governor_stop();
    mw_heap_link_stop();
    mw_syscalls_stop();
    mw_meter_close();
}
