/* SPDX-License-Identifier: MIT */
#include "pmpi/life/sandbox.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/life/stop.h"
#include "pmpi/rank/heap_link.h"
#include "pmpi/rank/rank.h"

#include <errno.h>
#include <unistd.h>

static void (*other_copy)(void);

void mw_sandbox_set_other_copy(void (*enter)(void))
{
    other_copy = enter;
}

void mw_sandbox_enter(void)
{
    int saved = errno;

    if (other_copy)
        other_copy();
    if (!mw_syscalls_are_over()) {
        if (!mw_rank.recording) {
            mw_heap_link_stop();
            mw_syscalls_stop();
        } else if (getpid() == mw_rank.journal.ident->pid)
            mw_stop_measuring(MW_UNMEASURED_SANDBOX);
        else /* a child of vfork() or clone() in this memory: not the rank */
            mw_rank.has_sandboxed_child = true;
    }
    errno = saved;
}
