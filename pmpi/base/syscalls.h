/* SPDX-License-Identifier: MIT */
/* Whether the library may make system calls. It may until the process enters a sandbox, whose filter may kill the
 * process for them.
 *
 * After MPI_Init all system calls of the library are made between mw_syscalls_begin() and mw_syscalls_end(), which
 * may be nested. Clocks read through the vDSO are exempt. */
#ifndef MW_PMPI_BASE_SYSCALLS_H
#define MW_PMPI_BASE_SYSCALLS_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

extern atomic_bool mw_syscalls_over;
extern atomic_int mw_syscalls_running; /* threads between begin and end */

/* Ends the library's system calls for good. Waits shortly for those in progress in other threads. */
void mw_syscalls_stop(void);

static inline bool mw_syscalls_are_over(void)
{
    return atomic_load_explicit(&mw_syscalls_over, memory_order_relaxed);
}

/* Returns false if no system call may be made; then do not call mw_syscalls_end(). */
static inline bool mw_syscalls_begin(void)
{
    mw_syscalls_running++; /* incremented before the flag is read, so that mw_syscalls_stop() sees this call or this
                              call sees the flag */
    if (!mw_syscalls_over)
        return true;
    mw_syscalls_running--;
    return false;
}

static inline void mw_syscalls_end(void)
{
    mw_syscalls_running--;
}

/* Like sched_yield(); does nothing when no system call may be made. */
static inline void mw_syscalls_yield(void)
{
    if (!mw_syscalls_are_over())
        sched_yield();
}

#endif
