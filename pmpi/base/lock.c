/* SPDX-License-Identifier: MIT */
#include "pmpi/base/lock.h"

#include "collector/base/clock.h"
#include "pmpi/base/compat.h"
#include "pmpi/base/stack.h"
#include "pmpi/base/syscalls.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

_Thread_local uint64_t mw_lock_self __attribute__((tls_model("initial-exec")));
uint64_t *mw_lock_unrecorded;

/* ---- within a thread ---- */

static enum mw_stack_finding look_for_owner(const struct mw_guard *guard, uintptr_t frame, void *return_address)
{
    enum mw_stack_finding finding;

    if (guard->frame == frame) /* the caller's frame is at the same address now */
        return MW_STACK_GONE;
    mw_lock_disable_cancel();
    finding = mw_stack_find(guard->frame, guard->return_address, return_address);
    mw_lock_restore_cancel();
    return finding;
}

bool mw_guard_is_left(struct mw_guard *guard, uintptr_t frame, void *return_address)
{
    int saved = errno;
    enum mw_stack_finding finding = look_for_owner(guard, frame, return_address);

    if (finding == MW_STACK_UNKNOWN && ++guard->doubts > MW_GUARD_DOUBTS)
        finding = MW_STACK_GONE;
    else if (finding == MW_STACK_UNKNOWN || finding == MW_STACK_INTERRUPTED)
        mw_lock_count_unrecorded();
    if (finding != MW_STACK_UNKNOWN)
        guard->doubts = 0;
    if (finding != MW_STACK_BELOW)
        guard->nested = 0;
    else if (++guard->nested > MW_GUARD_NESTED)
        finding = MW_STACK_GONE;
    errno = saved;
    return finding == MW_STACK_GONE;
}

/* ---- between threads ---- */

uint64_t mw_lock_begin_thread(void)
{
    static _Atomic uint32_t last;
    uint64_t self = (uint64_t)++last << 32;

    if (mw_syscalls_begin()) {
        self |= (uint32_t)syscall(SYS_gettid);
        mw_syscalls_end();
    }
    return mw_lock_self = self; /* a single store: a signal handler may call this function at any time */
}

static bool is_known_to_kernel(pid_t tid)
{
    int saved = errno;
    bool known;

    if (!mw_syscalls_begin())
        return true;
    known = !syscall(SYS_tgkill, getpid(), tid, 0) || errno != ESRCH;
    mw_syscalls_end();
    errno = saved;
    return known;
}

bool mw_lock_is_alive(uint64_t thread)
{
    uint32_t tid = (uint32_t)thread;

    if (!tid) /* the thread began after mw_syscalls_stop() */
        return true;
    if (tid == (uint32_t)mw_lock_thread())
        return thread == mw_lock_self; /* or the kernel has reused its tid for this thread */
    return is_known_to_kernel((pid_t)tid);
}

#define SPINS 200 /* attempts before the first system call */
#define YIELDS 50
#define ASK_ONE_IN 50 /* attempts between two checks whether the owner is alive */

/* Does not use libc's sleep functions, which are cancellation points. Without system calls it spins. */
static void pause_for(unsigned turn)
{
    const struct timespec step = {0, 50000};
    int saved = errno;

    if (turn < SPINS)
        return;
    if (turn < SPINS + YIELDS)
        mw_syscalls_yield(); /* the owner may be waiting for this core */
    else if (mw_syscalls_begin()) {
        syscall(SYS_nanosleep, &step, NULL);
        mw_syscalls_end();
    }
    errno = saved;
}

static bool replace_owner(struct mw_lock *lock, uint64_t owner)
{
    return __atomic_compare_exchange_n(&lock->owner, &owner, mw_lock_self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static enum mw_lock_result take_over_from_self(struct mw_lock *lock, uintptr_t frame)
{
    return mw_guard_is_left(&lock->guard, frame, NULL) ? MW_LOCK_TAKEN_OVER : MW_LOCK_BUSY;
}

static bool should_give_up(struct mw_lock *lock, uint64_t owner, uint64_t begin_ns)
{
    if (owner & MW_LOCK_REFUSED)
        return true;
    if (mw_clock_now() - begin_ns < MW_LOCK_TIMEOUT_NS)
        return false;
    __atomic_compare_exchange_n(&lock->owner, &owner, owner | MW_LOCK_REFUSED, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return true;
}

enum mw_lock_result mw_lock_wait(struct mw_lock *lock, uintptr_t frame)
{
    uint64_t begin_ns = mw_clock_now();

    for (unsigned turn = 0;; turn++) {
        uint64_t owner = __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);
        uint64_t thread = owner & ~MW_LOCK_REFUSED;
        bool ask = turn >= SPINS && turn % ASK_ONE_IN == 0;
        if (thread == mw_lock_self)
            return take_over_from_self(lock, frame);
        if (!owner && replace_owner(lock, 0))
            return MW_LOCK_TAKEN;
        if (ask && owner && !mw_lock_is_alive(thread) && replace_owner(lock, owner))
            return MW_LOCK_TAKEN_OVER;
        if (ask && owner && should_give_up(lock, owner, begin_ns))
            break;
        pause_for(turn);
    }
    mw_lock_count_unrecorded();
    return MW_LOCK_BUSY;
}

void mw_lock_unlock_slow(struct mw_lock *lock)
{
    if ((__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) & ~MW_LOCK_REFUSED) != mw_lock_self)
        return;
    mw_guard_lower(&lock->guard);
    __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

/* ---- work that cancellation must not interrupt ---- */

static _Thread_local struct {
    int type, state; /* the thread's settings before */
    bool disabled;
} cancel __attribute__((tls_model("initial-exec")));

void mw_lock_disable_cancel(void)
{
    int type = PTHREAD_CANCEL_DEFERRED, state = PTHREAD_CANCEL_ENABLE; /* old glibc does not set them without
                                                                          libpthread */

    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    if (cancel.disabled)
        return;
    cancel.type = type;
    cancel.state = state;
    cancel.disabled = true;
}

/* glibc's pthread_setcancelstate() can end a thread without the result PTHREAD_CANCELED: hence the explicit
 * cancellation point. */
void mw_lock_restore_cancel(void)
{
    cancel.disabled = false;
    pthread_setcancelstate(cancel.state, NULL);
    if (cancel.type != PTHREAD_CANCEL_ASYNCHRONOUS)
        return;
    mw_compat_testcancel();
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}
