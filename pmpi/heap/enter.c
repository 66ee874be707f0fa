/* SPDX-License-Identifier: MIT */
/* Entering and leaving the library: where allocations are recorded at all, one call at a time of each thread, one thread at a
 * time. */
#include "pmpi/heap/heap.h"

#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/state.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* On a page that the kernel empties in a child process, whichever call made it: there nothing is recorded, and the lock is
 * free. */
static struct control {
    bool recording;
    struct mw_lock lock;
} * control;

static _Thread_local struct mw_guard guard __attribute__((tls_model("initial-exec")));
static _Thread_local bool is_walking __attribute__((tls_model("initial-exec"))); /* libc may allocate then */

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18 /* Linux 4.14 */
#endif

static void stop_in_child(void)
{
    memset(control, 0, sizeof(*control));
}

bool mw_heap_enter_start(void)
{
    control = mw_heap_memory_reserve(mw_heap_page_bytes);
    if (control && syscall(SYS_madvise, control, mw_heap_page_bytes, MADV_WIPEONFORK))
        pthread_atfork(NULL, NULL, stop_in_child); /* does not see _Fork() and clone() */
    return control != NULL;
}

void mw_heap_enter_allow(void)
{
    __atomic_store_n(&control->recording, true, __ATOMIC_RELEASE);
}

bool mw_heap_is_recording(void)
{
    return control && __atomic_load_n(&control->recording, __ATOMIC_ACQUIRE);
}

static bool lock(const struct mw_heap_place *place)
{
    enum mw_lock_result result = mw_lock_try(&control->lock, true) ? MW_LOCK_TAKEN : mw_lock_wait(&control->lock, place->cfa);

    if (result == MW_LOCK_BUSY) {
        __atomic_fetch_add(&mw_heap.state->lost_lock, 1, __ATOMIC_RELAXED);
        return false;
    }
    control->lock.guard.return_address = place->return_address;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    control->lock.guard.frame = place->cfa;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (result == MW_LOCK_TAKEN_OVER)
        mw_heap_repair();
    return true;
}

/* A handler's alternate stack may have no room for walking: 8 KiB, of which the kernel's frame takes up to 3. It may lie in the
 * thread's own stack, so only the kernel knows. */
static bool is_on_signal_stack(void)
{
    stack_t stack = {.ss_flags = 0};

    if (!mw_syscalls_begin())
        return false;
    syscall(SYS_sigaltstack, NULL, &stack);
    mw_syscalls_end();
    return stack.ss_flags & SS_ONSTACK;
}

static bool raise_guard(const struct mw_heap_place *place)
{
    if (!mw_heap_is_recording())
        return false;
    if (guard.frame && is_on_signal_stack()) { /* finding out whether the owner is gone takes a walk */
        __atomic_fetch_add(&mw_heap.state->lost_nested, 1, __ATOMIC_RELAXED);
        return false;
    }
    if (!mw_guard_raise(&guard, place->frame, place->return_address)) {
        __atomic_fetch_add(&mw_heap.state->lost_nested, !is_walking, __ATOMIC_RELAXED);
        return false;
    }
    return true;
}

static bool lock_guarded(const struct mw_heap_place *place)
{
    if (!lock(place)) {
        mw_guard_lower(&guard);
        return false;
    }
    return true;
}

static void read_clock(void)
{
    mw_heap.now_ns = mw_clock_now();
    mw_heap.untimed = 0;
}

bool mw_heap_enter(const struct mw_heap_place *place)
{
    if (!raise_guard(place) || !lock_guarded(place))
        return false;
    read_clock();
    return true;
}

#define UNTIMED 16

bool mw_heap_enter_for_free(const struct mw_heap_place *place)
{
    if (!raise_guard(place) || !lock_guarded(place))
        return false;
    if (++mw_heap.untimed == UNTIMED)
        read_clock();
    return true;
}

bool mw_heap_enter_and_read(const struct mw_heap_place *place, struct mw_python_stack *python)
{
    if (!raise_guard(place))
        return false;
    if (is_on_signal_stack()) {
        __atomic_fetch_add(&mw_heap.state->lost_nested, 1, __ATOMIC_RELAXED);
        mw_guard_lower(&guard);
        return false;
    }
    mw_python_read(python);
    if (!lock_guarded(place))
        return false;
    read_clock();
    return true;
}

void mw_heap_leave(void)
{
    mw_lock_unlock(&control->lock);
    mw_guard_lower(&guard);
}

bool mw_heap_walk_unlocked(struct mw_heap_walk *walk, const struct mw_heap_caller *caller, const struct mw_python_stack *python,
                           bool in_mpi, const struct mw_heap_place *place)
{
    uint64_t begin_ns;

    mw_lock_unlock(&control->lock);
    is_walking = true;
    begin_ns = mw_clock_now();
    mw_heap_sites_walk(walk, caller, python, in_mpi);
    walk->took_ns = mw_clock_now() - begin_ns;
    is_walking = false;
    if (mw_heap_is_recording() && lock(place))
        return true;
    mw_guard_lower(&guard);
    return false;
}
