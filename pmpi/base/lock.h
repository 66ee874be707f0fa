/* SPDX-License-Identifier: MIT */
/* Mutual exclusion in the shim: guards within a thread, and a lock between threads. There is one rule: if a guard or
 * a lock is held by a caller lower on the same stack, or cannot be locked within a bounded time, the caller backs
 * off. The call is passed on to MPI and counted as not recorded.
 *
 * A guard can be up when its own thread finds it for three reasons:
 *   interrupted  a signal handler runs on top of the owner, which continues when the handler returns. The handler may run
 *                on another stack at any address, so addresses prove nothing: the stack is walked, through the signal
 *                frame, until the owner's frame is found.
 *   gone         the owner was left by longjmp(), siglongjmp() or an exception. Its frame is not on the stack any more:
 *                proved when the walk passes the frame's address, or ends at the bottom of the thread's stack.
 *   unknown      the owner's frame is on another stack (a coroutine's, an alternate one), the stack is too deep, or the
 *                walk ends at a frame without unwind information. Treated as interrupted MW_GUARD_DOUBTS times in a row,
 *                then as gone. If the owner continues after that, it finds that another call holds the guard, and
 *                records nothing.
 *
 * A guard is thread-local and set by plain stores; its frame is written last. A signal handler, at whatever
 * instruction it runs, finds the guard up, or runs completely before it is up. The lock is a guard with an owner,
 * which is written first: a handler that finds its own thread as owner, but no frame yet, has interrupted the owner
 * if it interrupted code of the shim.
 *
 * Between threads: a thread spins, yields, then sleeps in short steps (so that an owner of lower priority gets the
 * CPU), and gives up after MW_LOCK_TIMEOUT_NS. Later callers give up at once while the same owner has the lock. A
 * thread that the kernel does not know any more (cancelled, ended) has abandoned the lock, which is taken over. A
 * living owner's lock is never taken over.
 *
 * After a takeover the protected state may be half-written: mw_rank.repair makes it consistent first.
 *
 * Nothing here allocates, installs a handler, or is a cancellation point. All of it may be called from a signal
 * handler. errno is kept. */
#ifndef MW_PMPI_BASE_LOCK_H
#define MW_PMPI_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* ---- within a thread ---- */

struct mw_guard {
    uintptr_t frame;      /* 0: down; else an address on the owner's stack: see the function that raises it */
    void *return_address; /* of the owner */
    unsigned doubts;      /* refusals in a row without proof */
    unsigned nested;      /* calls in a row that were found to be nested in the owner's */
};

#define MW_GUARD_DOUBTS 64
/* The owner's return address may be found on the stack although the owner is gone: the same instruction may have
 * called another function since. More nested calls than this prove it. */
#define MW_GUARD_NESTED 65536

/* Whether the owner of a guard that is up is gone, so that the caller may raise it. On false the caller backs off;
 * the call was counted as not recorded if a signal handler made it, or if the owner's state is unknown. Other nested
 * calls are made by the MPI library. */
bool mw_guard_is_left(struct mw_guard *guard, uintptr_t frame, void *return_address);

/* Raises a thread-local guard. `frame`: __builtin_frame_address(0) of the caller, or of another function that a
 * wrapper has called; `return_address`: of that wrapper, which must not return before the guard is lowered. Returns
 * false if it is up already. */
static inline bool mw_guard_raise(struct mw_guard *guard, uintptr_t frame, void *return_address)
{
    if (guard->frame && !mw_guard_is_left(guard, frame, return_address))
        return false;
    guard->return_address = return_address;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    guard->frame = frame;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return true;
}

static inline void mw_guard_lower(struct mw_guard *guard)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    guard->frame = 0;
}

/* ---- between threads ---- */

struct mw_lock {
    uint64_t owner;        /* of the thread that holds it; 0: free */
    struct mw_guard guard; /* read and written by the owning thread only. For the function that locks and unlocks:
                              its return address, and as `frame` the end of its frame (CFA) */
};

/* Flag in `owner`: a thread has given up waiting for this owner. Not a bit of any tid. */
#define MW_LOCK_REFUSED (1ULL << 31)

#define MW_LOCK_TIMEOUT_NS 500000000ULL

enum mw_lock_result {
    MW_LOCK_BUSY = 0, /* back off; counted as not recorded */
    MW_LOCK_TAKEN,
    MW_LOCK_TAKEN_OVER /* the last owner is gone: repair the protected state */
};

/* Identifies the calling thread: a number that is unique in this process (upper half) and its kernel tid (lower
 * half; 0 when no system call may be made any more). */
extern _Thread_local uint64_t mw_lock_self __attribute__((tls_model("initial-exec")));
uint64_t mw_lock_begin_thread(void);
static inline uint64_t mw_lock_thread(void)
{
    return mw_lock_self ? mw_lock_self : mw_lock_begin_thread();
}

/* False only if that thread is known to have ended. */
bool mw_lock_is_alive(uint64_t thread);

enum mw_lock_result mw_lock_wait(struct mw_lock *lock, uintptr_t frame);

/* mw_lock_unlock() when the lock has another owner or the flag MW_LOCK_REFUSED. Does nothing for another owner's
 * lock. */
void mw_lock_unlock_slow(struct mw_lock *lock);

static inline bool mw_lock_try(struct mw_lock *lock, bool contended)
{
    uint64_t owner = 0, self = mw_lock_thread();

    if (contended)
        return __atomic_compare_exchange_n(&lock->owner, &owner, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
    if (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE))
        return false;
    __atomic_store_n(&lock->owner, self, __ATOMIC_RELAXED);
    return true;
}

/* Locks. `contended`: several threads may lock at the same time; if false, no atomic read-modify-write is used.
 * Always inlined, since it records the frame of the function that locks and unlocks. */
__attribute__((always_inline)) static inline enum mw_lock_result mw_lock_lock(struct mw_lock *lock, bool contended)
{
    uintptr_t frame = (uintptr_t)__builtin_dwarf_cfa();
    enum mw_lock_result result = MW_LOCK_TAKEN;

    if (!mw_lock_try(lock, contended))
        result = mw_lock_wait(lock, frame);
    if (result == MW_LOCK_BUSY)
        return result;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lock->guard.return_address = __builtin_return_address(0);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    lock->guard.frame = frame;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return result;
}

/* Unlocks. Does nothing if the lock was taken over meanwhile. */
static inline void mw_lock_unlock(struct mw_lock *lock)
{
    if (__builtin_expect(__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != mw_lock_self, 0)) {
        mw_lock_unlock_slow(lock);
        return;
    }
    mw_guard_lower(&lock->guard);
    __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

/* ---- calls that are not recorded ---- */

/* The counter; NULL: not counted. */
extern uint64_t *mw_lock_unrecorded;

static inline void mw_lock_count_unrecorded(void)
{
    if (mw_lock_unrecorded)
        __atomic_fetch_add(mw_lock_unrecorded, 1, __ATOMIC_RELAXED);
}

/* ---- work that cancellation must not interrupt, since it holds locks of libc ---- */

/* Disables cancellation of this thread until restored: MPI calls need not be cancellation points. Signals are not
 * blocked: the kernel would deliver them to another thread, whose handler may jump. A handler that jumps out leaves
 * cancellation disabled until the next restore in this thread. Calls are therefore not counted, and must not be
 * nested. */
void mw_lock_disable_cancel(void);
void mw_lock_restore_cancel(void);

#endif
