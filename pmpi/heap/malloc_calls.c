/* SPDX-License-Identifier: MIT */
/* malloc() and its kin. Nearly all calls are passed on at once: the fast path of malloc() subtracts from a number of this
 * thread, that of free() reads one byte, and both jump to the next function, so that no frame of ours is in a stack. */
#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/heap/blocks.h"
#include "pmpi/heap/filter.h"
#include "pmpi/heap/heap.h"
#include "pmpi/heap/next.h"
#include "pmpi/heap/sampling.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define SLOW __attribute__((noinline))
#define FAST __attribute__((aligned(64))) /* in one line of the cache */
#define IS_LIKELY(condition) __builtin_expect(!!(condition), 1)

/* The caller of the exported function in which this is used. */
#define CALLER (&(const struct mw_heap_caller){__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()})

/* ---- which blocks are entered ---- */

/* All zero in a new thread: its first call takes the slow path, and sets it up. */
static _Thread_local struct {
    size_t left;   /* bytes until the slow path, at most MOST_LEFT: that takes every block of MW_HEAP_BIG bytes, too */
    uint64_t rest; /* bytes from there to the next sample */
    uint64_t random;
    uint64_t clock_ns; /* when the interval was adapted last; likewise: */
    uint64_t cpu_ns;   /* CPU time of the thread */
    uint64_t cost_ns;  /* cost of the samples since then */
    uint32_t samples;
    struct mw_heap_pace pace; /* its interval is that with which `left` and `rest` were drawn */
} thread __attribute__((tls_model("initial-exec")));

#define MOST_LEFT (MW_HEAP_BIG - 1)
#define UNRECORDED_BYTES (1 << 20)

static void set_left(uint64_t bytes)
{
    size_t left = bytes < MOST_LEFT ? (size_t)bytes : MOST_LEFT;

    thread.left = left; /* (a signal handler may change it) */
    thread.rest = bytes - left;
}

static void draw(void)
{
    set_left((uint64_t)mw_heap_sampling_draw(&thread.random, thread.pace.interval));
}

/* CPU time of this thread: while others have its core it earns no time for samples. A system call, so it is read seldom. */
static uint64_t thread_time(void)
{
    struct timespec time;

    if (!mw_syscalls_begin())
        return mw_clock_now();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    mw_syscalls_end();
    return (uint64_t)time.tv_sec * MW_NS_PER_SEC + (uint64_t)time.tv_nsec;
}

/* After a sample: the interval is adapted after several, or when some time has passed. */
#define ADAPT_SAMPLES 16
#define ADAPT_NS 1000000

static void adapt(uint64_t cost_ns)
{
    uint64_t clock = mw_clock_now(), last = thread.cpu_ns;

    thread.cost_ns += cost_ns;
    if (++thread.samples < ADAPT_SAMPLES && clock - thread.clock_ns < ADAPT_NS)
        return;
    thread.clock_ns = clock;
    thread.cpu_ns = thread_time();
    mw_heap_sampling_adapt(&thread.pace, thread.cost_ns, thread.cpu_ns - last);
    thread.cost_ns = 0;
    thread.samples = 0;
}

static void set_up_thread(void)
{
    thread.clock_ns = mw_clock_now();
    thread.cpu_ns = thread_time();
    thread.random = (thread.clock_ns ^ (uintptr_t)&thread << 20) | 1;
    for (int i = 0; i < 8; i++)
        mw_heap_sampling_uniform(&thread.random);
    thread.pace = (struct mw_heap_pace){.interval = mw_heap_first_interval, .credit_ns = MW_HEAP_CREDIT_NS};
    draw();
}

/* Returns false if the block is larger than `left`, which then stays. */
static inline bool count_down(size_t size)
{
    size_t left;

    if (__builtin_sub_overflow(thread.left, size, &left))
        return false;
    thread.left = left;
    return true;
}

/* Whether a small block is the next sample. */
static bool is_sample(size_t size)
{
    uint64_t left = thread.left + thread.rest;

    if (left < size)
        return true;
    set_left(left - size);
    return false;
}

/* count_down() has returned false. Whether the block is entered. */
static SLOW bool choose(size_t size, const void *return_address)
{
    if (!mw_heap_is_recording()) {
        if (size < MW_HEAP_BIG)
            set_left(UNRECORDED_BYTES); /* until the next question whether allocations are recorded */
        return false;
    }
    if (size < MW_HEAP_BIG && !thread.pace.interval)
        set_up_thread();
    if (mw_heap_next_is_nested(return_address)) {
        if (size < MW_HEAP_BIG && is_sample(size))
            draw();
        return false;
    }
    return size >= MW_HEAP_BIG || is_sample(size);
}

/* A block that was chosen was allocated. */
static void enter(void *block, size_t size, const struct mw_heap_caller *caller)
{
    uint64_t cost = mw_heap_allocated(block, size, thread.pace.interval, caller);
    int64_t least = mw_heap_least_interval();

    if (size >= MW_HEAP_BIG)
        return;
    adapt(cost);
    if (thread.pace.interval < least)
        thread.pace.interval = least;
    draw();
}

/* Whether a block is entered. */
static inline bool is_entered(size_t size, const void *return_address)
{
    return !IS_LIKELY(count_down(size)) && choose(size, return_address);
}

/* ---- allocating ---- */

static SLOW void *slow_malloc(size_t size, void *return_address, uintptr_t stack_pointer)
{
    const struct mw_heap_caller caller = {return_address, stack_pointer};
    bool entered = choose(size, return_address);
    void *block = mw_heap_next.malloc(size);

    if (entered)
        enter(block, size, &caller);
    return block;
}

EXPORT FAST void *malloc(size_t size)
{
    if (IS_LIKELY(count_down(size)))
        return mw_heap_next.malloc(size);
    return slow_malloc(size, __builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa());
}

/* This definition, whichever comes first in the process. */
extern __typeof__(malloc) mw_heap_own_malloc __attribute__((alias("malloc"), visibility("hidden"), leaf, malloc, nothrow));

static SLOW void *slow_calloc(size_t number, size_t size, void *return_address, uintptr_t stack_pointer)
{
    const struct mw_heap_caller caller = {return_address, stack_pointer};
    bool entered = choose(number * size, return_address);
    void *block = mw_heap_next.calloc(number, size);

    if (entered)
        enter(block, number * size, &caller);
    return block;
}

EXPORT void *calloc(size_t number, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(number, size, &bytes) || IS_LIKELY(count_down(bytes)))
        return mw_heap_next.calloc(number, size);
    return slow_calloc(number, size, __builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa());
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    void *block = mw_heap_next.memalign(alignment, size);

    if (is_entered(size, __builtin_return_address(0)))
        enter(block, size, CALLER);
    return block;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    void *block = mw_heap_next.aligned_alloc(alignment, size);

    if (is_entered(size, __builtin_return_address(0)))
        enter(block, size, CALLER);
    return block;
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    int failed = mw_heap_next.posix_memalign(block, alignment, size);

    if (!failed && is_entered(size, __builtin_return_address(0)))
        enter(*block, size, CALLER);
    return failed;
}

EXPORT void *valloc(size_t size)
{
    void *block = mw_heap_next.valloc(size);

    if (is_entered(size, __builtin_return_address(0)))
        enter(block, size, CALLER);
    return block;
}

EXPORT void *pvalloc(size_t size)
{
    void *block = mw_heap_next.pvalloc(size);

    if (is_entered(size, __builtin_return_address(0)))
        enter(block, size, CALLER);
    return block;
}

/* ---- freeing ---- */

static SLOW void slow_free(void *block)
{
    struct mw_heap_block known;

    if (mw_heap_filter_has((uintptr_t)block))
        mw_heap_freeing(block, &known); /* before the real one: afterwards another thread may get the address */
    mw_heap_next.free(block);
}

EXPORT FAST void free(void *block)
{
    if (IS_LIKELY(!mw_heap_filter_may_have((uintptr_t)block)))
        mw_heap_next.free(block);
    else
        slow_free(block);
}

static SLOW void *slow_realloc(void *block, size_t size, bool passes, const struct mw_heap_caller *caller)
{
    bool entered = !passes && choose(size, caller->return_address);
    struct mw_heap_block known;
    bool was_known = mw_heap_filter_has((uintptr_t)block) && mw_heap_freeing(block, &known);
    void *moved = mw_heap_next.realloc(block, size);

    if (!moved && size && was_known)
        mw_heap_restore(block, &known);
    if (moved && entered)
        enter(moved, size, caller);
    return moved;
}

EXPORT void *realloc(void *block, size_t size)
{
    bool passes = count_down(size);

    if (IS_LIKELY(passes && !mw_heap_filter_may_have((uintptr_t)block)))
        return mw_heap_next.realloc(block, size);
    return slow_realloc(block, size, passes, CALLER);
}

/* By realloc() above, whose caller is then this function: a frame of ours is in the stack, which reports leave out. */
EXPORT void *reallocarray(void *block, size_t number, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(number, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}
