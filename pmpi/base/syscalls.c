/* SPDX-License-Identifier: MIT */
#include "pmpi/base/syscalls.h"

#define LONGEST_WAIT 10000 /* turns: a thread that was left by a jump never ends its call */

atomic_bool mw_syscalls_over;
atomic_int mw_syscalls_running;

void mw_syscalls_stop(void)
{
    mw_syscalls_over = true;
    for (int turn = 0; mw_syscalls_running > 0 && turn < LONGEST_WAIT; turn++)
        sched_yield(); /* the last calls: the sandbox comes after this */
}
