/* SPDX-License-Identifier: MIT */
/* All that keeps two activities of one process out of the same state of the shim: guards within a thread, and a lock
 * between threads. There is one rule: whoever meets a guard or a lock that is in use by a caller below it on its own stack,
 * or that it cannot have within a bounded time, backs off; the call is passed on to MPI and counted as not recorded.
 *
 * A thread meets itself in three ways:
 *   interrupted  a signal handler runs on top of the owner, which comes back when the handler returns. The handler may
 *                run on another stack at any address, so that addresses prove nothing: the stack is walked, through the
 *                signal's frame, and the owner's frame is found on it.
 *   gone         the owner was left by longjmp(), siglongjmp(), an exception. Its frame is not on the stack: proved when
 *                the walk passes the address at which the frame was, or ends at the bottom of the thread's own stack.
 *   unknown      the owner's frame lies on another stack (a coroutine's, an alternate one), the stack is too deep, or a
 *                frame without unwind information ends the walk. It is taken for interrupted, so that nothing is recorded,
 *                MW_GUARD_DOUBTS times in turn; then for gone. Should the owner come back all the same, it finds
 *                that its guard is not its own any more, and records nothing.
 *
 * A guard is thread-local, and plain stores: its frame is written last. At whatever instruction a handler comes, it finds
 * the guard raised, or runs as a whole before it is. The lock is a guard with an owner, which is written first: a handler
 * that finds its own thread's name in it, but no frame yet, has interrupted the owner if it interrupted the shim's code.
 *
 * A thread meets another one: it spins, yields, then sleeps in short steps (an owner of lower priority gets the CPU), and
 * gives up after MW_LOCK_PATIENCE_NS. Whoever comes while that same owner still has the lock gives up at once. An owner that
 * the kernel does not know any more (cancelled, ended) has abandoned the lock, which is taken over at once. A living
 * owner's lock is never taken over.
 *
 * Taking over means that the state may be half-written: its owner is asked to make it sound first (mw_rank.repair).
 *
 * Nothing here allocates, installs a handler, or is a cancellation point. errno is kept. */
#ifndef MW_PMPI_BASE_LOCK_H
#define MW_PMPI_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* ---- within a thread ---- */

struct mw_guard {
    uintptr_t frame; /* 0: lowered. Otherwise on the stack of the owner: see where it is raised */
    void *return_address; /* of the owner */
    unsigned doubts; /* refusals in turn without proof */
    unsigned nested; /* calls in turn that were found to be made by the owner */
};

#define MW_GUARD_DOUBTS 64
/* The owner's return address is where it was, and may all the same be that of another function, which the same instruction
 * called after the owner was left. Nobody makes so many calls inside of one. */
#define MW_GUARD_NESTED 65536

/* The guard is up: may the caller have it all the same, because its owner is gone? False: back off. When a signal handler
 * makes the call, or nobody knows, it has been counted as not recorded; other nested calls are MPI's own. */
bool mw_guard_is_left(struct mw_guard *guard, uintptr_t frame, void *return_address);

/* For a thread-local guard. `frame`: __builtin_frame_address(0) of the caller, or of another function that a wrapper has
 * called; `return_address`: of that wrapper, which returns after the guard was lowered. Returns false when it is up and
 * stays so. */
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
    uint64_t owner; /* mw_lock_thread() of the one who has it; 0 free */
    struct mw_guard guard; /* the owner's: read and written by its thread only. Of the function that locks and unlocks, as
                              it is here already: its return address, and as `frame` where its frame ends (its CFA) */
};

/* Beside the owner: somebody gave up on it. Not a bit of a tid. */
#define MW_LOCK_REFUSED (1ULL << 31)

#define MW_LOCK_PATIENCE_NS 500000000ULL

enum mw_lock_result {
    MW_LOCK_BUSY = 0,    /* back off; counted as not recorded */
    MW_LOCK_TAKEN,
    MW_LOCK_TAKEN_OVER   /* its last owner is gone: what it protects is to be repaired */
};

/* Identifies the calling thread: a number of its own in this process (upper half) and its kernel tid (lower half; 0 when
 * that may not be asked for any more). */
extern _Thread_local uint64_t mw_lock_self __attribute__((tls_model("initial-exec")));
uint64_t mw_lock_begin_thread(void);
static inline uint64_t mw_lock_thread(void)
{
    return mw_lock_self ? mw_lock_self : mw_lock_begin_thread();
}

/* False only when that thread is known not to exist any more. */
bool mw_lock_is_alive(uint64_t thread);

enum mw_lock_result mw_lock_wait(struct mw_lock *lock, uintptr_t frame);

/* The lock has another owner, or somebody gave up on it. */
void mw_lock_unlock_slowly(struct mw_lock *lock);

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

/* `contended`: several threads may ask at the same time. Without, there is no atomic read-modify-write. Always inlined: it
 * notes the frame of the function that locks and unlocks. */
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

/* Does nothing when the lock was taken over meanwhile. */
static inline void mw_lock_unlock(struct mw_lock *lock)
{
    if (__builtin_expect(__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != mw_lock_self, 0)) {
        mw_lock_unlock_slowly(lock);
        return;
    }
    mw_guard_lower(&lock->guard);
    __atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}

/* ---- calls that are not recorded ---- */

/* Where they are counted; NULL nowhere. */
extern uint64_t *mw_lock_unrecorded;

static inline void mw_lock_count_unrecorded(void)
{
    if (mw_lock_unrecorded)
        __atomic_fetch_add(mw_lock_unrecorded, 1, __ATOMIC_RELAXED);
}

/* ---- work that cancellation must not leave half-done, because it holds locks of libc's ---- */

/* Cancellation waits until release: MPI calls need not be cancellation points. Signals are not blocked: the kernel would
 * give them to another thread, whose handler may jump to where it must not. A handler that jumps out of it leaves
 * cancellation held until the next release in this thread; for that, holds are not counted, and must not be nested. */
void mw_lock_hold_cancel(void);
void mw_lock_release_cancel(void);

#endif
