/* SPDX-License-Identifier: MIT */
/* May the library make system calls now? Until the process enters a sandbox it may; then a filter may kill for each.
 *
 * Whatever runs in the process after MPI_Init makes its system calls between mw_syscalls_begin() and mw_syscalls_end(),
 * or not at all. These may be nested. Clocks are not meant: the C library reads them without a call. */
#ifndef MW_PMPI_BASE_SYSCALLS_H
#define MW_PMPI_BASE_SYSCALLS_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

extern atomic_bool mw_syscalls_over;
extern atomic_int mw_syscalls_running; /* threads that are between the two */

/* No more system calls, ever. Waits a little for those that are being made in other threads. */
void mw_syscalls_stop(void);

static inline bool mw_syscalls_are_over(void)
{
    return atomic_load_explicit(&mw_syscalls_over, memory_order_relaxed);
}

/* Returns false when none may be made; mw_syscalls_end() must not be called then. */
static inline bool mw_syscalls_begin(void)
{
    mw_syscalls_running++; /* before the flag is read: mw_syscalls_stop() sees it, or we see the flag */
    if (!mw_syscalls_over)
        return true;
    mw_syscalls_running--;
    return false;
}

static inline void mw_syscalls_end(void)
{
    mw_syscalls_running--;
}

/* As sched_yield(). */
static inline void mw_syscalls_yield(void)
{
    if (!mw_syscalls_are_over())
        sched_yield();
}

#endif
