/* SPDX-License-Identifier: MIT */
#include "pmpi/base/stack.h"

#include "pmpi/base/compat.h"
#include "pmpi/base/syscalls.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

/* Frames of the shim below the wrapper's caller: with inlining, at most this many. */
#define SHIM_FRAMES 16

#define MAX_DEPTH 256

_Thread_local uint32_t mw_stack_thread __attribute__((tls_model("initial-exec")));

/* ---- walking ---- */

struct walk {
    struct mw_stack *stack;
    void *from;
    bool (*may_follow)(const void *return_address);
    int max_frames;
    int shim_frames;  /* frames passed on the way to `from` */
    uintptr_t below;  /* the end of the frame before */
    uintptr_t record; /* of the frame before: its frame pointer; 0 unknown */
};

/* With pointer authentication (aarch64 PAC) the upper bits of a saved return address are a signature. XPACLRI
 * removes it from x30; on processors without PAC it is a no-op (hint space). */
static uintptr_t unsigned_address(uintptr_t address)
{
#ifdef __aarch64__
    register uintptr_t x30 __asm__("x30") = address;

    __asm__("hint 7" : "+r"(x30));
    return x30;
#else
    return address;
#endif
}

/* The frame pointer: on aarch64 that of a record of two words, the caller's frame pointer and the return address, unless
 * the function was compiled without one. */
static uintptr_t record_of(struct _Unwind_Context *context)
{
#ifdef __aarch64__
    return _Unwind_GetGR(context, 29);
#else
    (void)context;
    return 0;
#endif
}

/* The stack slot of a return address, which lies between the frame that it returns to and the one that returns; 0:
 * not found. */
#if defined __powerpc64__ /* a function saves it in its caller's frame, above two words that are always there */
static uintptr_t slot_of(uintptr_t address, uintptr_t below, uintptr_t above, uintptr_t record)
{
    uintptr_t slot = above + 2 * sizeof(void *);

    (void)below;
    (void)record;
    return *(const uintptr_t *)slot == address ? slot : 0;
}
#elif defined __x86_64__ && !defined MW_STACK_SEARCH /* a call pushes it just above the new frame */
static uintptr_t slot_of(uintptr_t address, uintptr_t below, uintptr_t above, uintptr_t record)
{
    uintptr_t slot = above - sizeof(void *);

    (void)record;
    return slot >= below && *(const uintptr_t *)slot == address ? slot : 0;
}
#else /* the callee saves it in its record, or anywhere in its frame: then accepted if it is found exactly once, since copies of
         earlier calls may be below */
__attribute__((no_sanitize_address)) static uintptr_t slot_of(uintptr_t address, uintptr_t below, uintptr_t above,
                                                              uintptr_t record)
{
    uintptr_t slot = record + sizeof(void *);

    if (slot > below && slot + sizeof(void *) <= above && unsigned_address(*(const uintptr_t *)slot) == address)
        return slot;
    slot = 0;
    for (uintptr_t at = below; at + sizeof(void *) <= above && above - below < 4096; at += sizeof(void *)) {
        if (unsigned_address(*(const uintptr_t *)at) != address)
            continue;
        if (slot)
            return 0;
        slot = at;
    }
    return slot;
}
#endif

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;
    struct mw_stack *stack = walk->stack;
    void *address = (void *)_Unwind_GetIP(context);
    uintptr_t above = _Unwind_GetCFA(context), below = walk->below, record = walk->record;

    walk->below = above;
    walk->record = record_of(context);
    if (!address) /* after the outermost frame */
        return _URC_NORMAL_STOP;
    if (!stack->depth && address != walk->from)
        return ++walk->shim_frames < SHIM_FRAMES ? _URC_NO_REASON : _URC_NORMAL_STOP;
    stack->frames[stack->depth] = address;
    stack->slots[stack->depth] = below ? slot_of((uintptr_t)address, below, above, record) : 0;
    stack->depth++;
    return stack->depth < walk->max_frames && (!walk->may_follow || walk->may_follow(address)) ? _URC_NO_REASON
                                                                                               : _URC_NORMAL_STOP;
}

void mw_stack_capture_if(struct mw_stack *stack, int max_frames, void *from, bool (*may_follow)(const void *return_address))
{
    from = (void *)unsigned_address((uintptr_t)from); /* as the unwinder returns it */
    struct walk walk = {.stack = stack,
                        .from = from,
                        .may_follow = may_follow,
                        .max_frames = max_frames < MW_STACK_FRAMES ? max_frames : MW_STACK_FRAMES};

    stack->depth = 0;
    if (max_frames > 1)
        _Unwind_Backtrace(add_frame, &walk);
    if (stack->depth)
        return;
    stack->frames[0] = from;
    stack->slots[0] = 0;
    stack->depth = 1;
}

void mw_stack_capture(struct mw_stack *stack, int max_frames, void *from)
{
    mw_stack_capture_if(stack, max_frames, from, NULL);
}

/* ---- fingerprints ---- */

extern void *__libc_stack_end __attribute__((weak)); /* glibc: the base of the first thread's stack */

/* The kernel maps nothing else so close below the stack, whatever its limit (MIN_GAP in its mmap.c: 128 MiB). */
#define STACK_MIN_GAP (120u << 20)

/* The calling thread's stack. */
struct bounds {
    uintptr_t bottom, top;
    bool queried;
};

static _Thread_local struct bounds bounds __attribute__((tls_model("initial-exec")));

static bool is_first_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}

/* For the first thread glibc reads /proc/self/maps: 0.1 ms or more. Allocates. */
static void query_bounds(void)
{
    pthread_attr_t attributes;
    void *bottom;
    size_t size;

    if (mw_compat_getattr(pthread_self(), &attributes))
        return;
    if (!mw_compat_getstack(&attributes, &bottom, &size)) {
        bounds.bottom = (uintptr_t)bottom;
        bounds.top = bounds.bottom + size;
    }
    pthread_attr_destroy(&attributes);
}

static void begin_thread(void)
{
    static _Atomic uint32_t last;

    mw_stack_thread = ++last;
    if (&__libc_stack_end && is_first_thread()) {
        bounds.top = (uintptr_t)__libc_stack_end;
        bounds.bottom = bounds.top - STACK_MIN_GAP;
    }
}

static bool is_within_bounds(uintptr_t address)
{
    return address >= bounds.bottom && address < bounds.top;
}

/* query_bounds() allocates, which a signal handler that interrupted malloc() must not do. It is therefore not called
 * for an address that cannot be on the first thread's stack. */
static bool may_be_below_bounds(uintptr_t address)
{
    struct rlimit limit;

    if (!bounds.top)
        return true;
    return address < bounds.bottom && !getrlimit(RLIMIT_STACK, &limit) && bounds.top - address < limit.rlim_cur;
}

/* The part that makes system calls. */
static void find_bounds(uintptr_t address)
{
    if (!mw_syscalls_begin())
        return;
    if (!mw_stack_thread)
        begin_thread();
    if (!is_within_bounds(address) && !bounds.queried && may_be_below_bounds(address)) {
        bounds.queried = true;
        query_bounds();
    }
    mw_syscalls_end();
}

bool mw_stack_is_own(uintptr_t address)
{
    if (!mw_stack_thread || (!is_within_bounds(address) && !bounds.queried))
        find_bounds(address);
    return is_within_bounds(address);
}

bool mw_stack_contains(uintptr_t stack_pointer, uint32_t length)
{
    return is_within_bounds(stack_pointer) && is_within_bounds(stack_pointer + length + sizeof(void *) - 1);
}

bool mw_stack_fingerprint_make(struct mw_stack_fingerprint *fingerprint, uintptr_t stack_pointer, const struct mw_stack *stack,
                               int depth)
{
    fingerprint->thread = fingerprint->count = 0;
    if (depth - 1 > MW_STACK_FINGERPRINT_FRAMES || !mw_stack_is_own(stack_pointer))
        return false;
    for (int i = 1; i < depth; i++) {
        uintptr_t slot = stack->slots[i];
        if (slot < stack_pointer || !is_within_bounds(slot))
            return false;
        fingerprint->offsets[i - 1] = (uint32_t)(slot - stack_pointer);
        fingerprint->frames[i - 1] = *(void *const *)slot; /* as it is stored, with its signature */
    }
    fingerprint->count = (uint32_t)depth - 1;
    fingerprint->thread = mw_stack_thread;
    return true;
}

/* ---- searching ---- */

/* Maximum distance from a wrapper's frame to the frames of the functions that it calls in the shim. */
#define WRAPPER_DISTANCE (64u << 10)

/* Maximum distance from the known address to the base of a thread's stack. */
#define BASE_DISTANCE (256u << 10)

/* Maximum distance of an abandoned frame below the present one. */
#define JUMP_DISTANCE (1u << 20)

struct search {
    uintptr_t frame;
    const void *address, *from;
    uintptr_t first, last; /* first and last frame of the walk */
    int depth;
    bool started; /* the walk has passed the wrapper that asks */
    bool crossed; /* a signal's frame was passed */
    bool below;   /* the walk is below `frame` on the present stack */
    bool decided;
    enum mw_stack_finding finding;
};

static _Unwind_Reason_Code decide(struct search *search, enum mw_stack_finding finding)
{
    search->decided = true;
    search->finding = finding;
    return _URC_NORMAL_STOP;
}

/* Linker symbols: start of this library, or of the program that it is linked into, and end of its code. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

static bool is_shim_code(const void *address)
{
    return (const char *)address >= __ehdr_start && (const char *)address < etext;
}

static bool is_owner(const struct search *search, const void *address, uintptr_t above)
{
    if (address != search->address)
        return false;
    return search->from ? above > search->frame && above - search->frame < WRAPPER_DISTANCE : above == search->frame;
}

static _Unwind_Reason_Code compare_frame(struct _Unwind_Context *context, void *data)
{
    struct search *search = data;
    int interrupted = 0;
    const void *address = (const void *)_Unwind_GetIPInfo(context, &interrupted);
    uintptr_t above = _Unwind_GetCFA(context);

    if (!address)
        return _URC_NORMAL_STOP;
    search->last = above;
    if (!search->started) {
        search->first = above;
        search->below = above <= search->frame;
        search->started = !search->from || address == search->from || ++search->depth > SHIM_FRAMES;
        return _URC_NO_REASON;
    }
    search->crossed |= interrupted;
    if (search->frame ? !interrupted && is_owner(search, address, above) : interrupted && is_shim_code(address))
        return decide(search, search->crossed ? MW_STACK_INTERRUPTED : MW_STACK_BELOW);
    if (interrupted) /* the frames above may be on another stack */
        search->below = above <= search->frame;
    if (search->frame && search->below && above >= search->frame + WRAPPER_DISTANCE)
        return decide(search, MW_STACK_GONE);
    search->below |= above <= search->frame;
    return ++search->depth < MAX_DEPTH ? _URC_NO_REASON : decide(search, MW_STACK_UNKNOWN);
}

/* Whether the walk has covered the thread's whole stack, and the frame was on it. A thread's TLS is at the base of
 * its stack. The first thread's outermost frame ends where its stack begins, unless _start has pushed something. */
static bool was_on_thread_stack(const struct search *search)
{
    uintptr_t base = bounds.top ? bounds.top : (uintptr_t)&bounds;

    return search->last <= base && base - search->last < BASE_DISTANCE && search->frame < search->last &&
           (!search->frame || search->frame >= search->first || search->first - search->frame < JUMP_DISTANCE);
}

enum mw_stack_finding mw_stack_find(uintptr_t frame, const void *return_address, const void *from)
{
    struct search search = {.frame = frame, .address = return_address, .from = from};

    if (!mw_stack_thread && mw_syscalls_begin()) {
        begin_thread();
        mw_syscalls_end();
    }
    _Unwind_Backtrace(compare_frame, &search);
    if (search.decided)
        return search.finding;
    return was_on_thread_stack(&search) ? MW_STACK_GONE : MW_STACK_UNKNOWN;
}
