/* SPDX-License-Identifier: MIT */
#include "pmpi/base/syscalls.h"

#define LONGEST_WAIT 10000 /* attempts; bounded, since a thread that jumped out never calls mw_syscalls_end() */

atomic_bool mw_syscalls_over;
atomic_int mw_syscalls_running;

void mw_syscalls_stop(void)
{
    mw_syscalls_over = true;
    for (int turn = 0; mw_syscalls_running > 0 && turn < LONGEST_WAIT; turn++)
        sched_yield(); /* wait for the last calls */
}
