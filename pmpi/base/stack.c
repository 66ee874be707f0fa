/* SPDX-License-Identifier: MIT */
#include "pmpi/base/stack.h"

#include "pmpi/base/compat.h"
#include "pmpi/base/syscalls.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

/* Our own frames below the wrapper's caller: with inlining, at most these. */
#define OWN_FRAMES 16

#define DEEPEST 256

_Thread_local uint32_t mw_stack_thread __attribute__((tls_model("initial-exec")));

/* ---- walking ---- */

struct walk {
    struct mw_stack *stack;
    void *from;
    int room;
    int own;         /* frames passed on the way to `from` */
    uintptr_t below; /* where the frame before ends */
};

/* Where functions sign what they save (PAC of aarch64), the upper bits are the signature. XPACLRI takes it away from x30; it
 * is in the space of hints, and does nothing on processors without signatures. */
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

/* Where a return address stands: between the frame that it returns to and the one that returns. */
#if defined __powerpc64__ /* a function saves it in its caller's frame, behind two words that are always there */
static uintptr_t place_of(uintptr_t address, uintptr_t below, uintptr_t above)
{
    uintptr_t place = above + 2 * sizeof(void *);

    (void)below;
    return *(const uintptr_t *)place == address ? place : 0;
}
#elif defined __x86_64__ && !defined MW_STACK_SEARCH /* a call pushes it just above the frame that it makes */
static uintptr_t place_of(uintptr_t address, uintptr_t below, uintptr_t above)
{
    uintptr_t place = above - sizeof(void *);

    return place >= below && *(const uintptr_t *)place == address ? place : 0;
}
#else /* the function that is called saves it where it likes: good when it is there just once */
__attribute__((no_sanitize_address)) static uintptr_t place_of(uintptr_t address, uintptr_t below, uintptr_t above)
{
    uintptr_t place = 0;

    for (uintptr_t at = below; at + sizeof(void *) <= above && above - below < 4096; at += sizeof(void *)) {
        if (unsigned_address(*(const uintptr_t *)at) != address)
            continue;
        if (place)
            return 0;
        place = at;
    }
    return place;
}
#endif

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;
    struct mw_stack *stack = walk->stack;
    void *address = (void *)_Unwind_GetIP(context);
    uintptr_t above = _Unwind_GetCFA(context), below = walk->below;

    walk->below = above;
    if (!address) /* behind the last one */
        return _URC_NORMAL_STOP;
    if (!stack->depth && address != walk->from)
        return ++walk->own < OWN_FRAMES ? _URC_NO_REASON : _URC_NORMAL_STOP;
    stack->frames[stack->depth] = address;
    stack->places[stack->depth] = below ? place_of((uintptr_t)address, below, above) : 0;
    return ++stack->depth < walk->room ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

void mw_stack_capture(struct mw_stack *stack, int room, void *from)
{
    from = (void *)unsigned_address((uintptr_t)from); /* as the unwinder has it */
    struct walk walk = {.stack = stack, .from = from, .room = room < MW_STACK_FRAMES ? room : MW_STACK_FRAMES};

    stack->depth = 0;
    if (room > 1)
        _Unwind_Backtrace(take_frame, &walk);
    if (stack->depth)
        return;
    stack->frames[0] = from;
    stack->places[0] = 0;
    stack->depth = 1;
}

/* ---- trails ---- */

extern void *__libc_stack_end __attribute__((weak)); /* glibc's: where the stack of the first thread begins */

/* So much below that the kernel puts nothing else, whatever the limit of the stack is (MIN_GAP of its mmap.c, 128 MiB). */
#define SURELY_STACK (120u << 20)

/* Of the calling thread's stack. */
struct bounds {
    uintptr_t bottom, top;
    bool asked;
};

static _Thread_local struct bounds bounds __attribute__((tls_model("initial-exec")));

static bool is_first_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}

/* For the first thread glibc reads /proc/self/maps: 0.1 ms and more. */
static void ask_for_bounds(void)
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
        bounds.bottom = bounds.top - SURELY_STACK;
    }
}

static bool is_within(uintptr_t address)
{
    return address >= bounds.bottom && address < bounds.top;
}

/* Asking allocates, which a signal handler that interrupted malloc() must not do: so not for an address that cannot be on
 * the first thread's stack. */
static bool may_be_deeper(uintptr_t address)
{
    struct rlimit limit;

    if (!bounds.top)
        return true;
    return address < bounds.bottom && !getrlimit(RLIMIT_STACK, &limit) && bounds.top - address < limit.rlim_cur;
}

/* What takes system calls to find out. */
static void find_bounds(uintptr_t address)
{
    if (!mw_syscalls_begin())
        return;
    if (!mw_stack_thread)
        begin_thread();
    if (!is_within(address) && !bounds.asked && may_be_deeper(address)) {
        bounds.asked = true;
        ask_for_bounds();
    }
    mw_syscalls_end();
}

static bool is_on_own_stack(uintptr_t address)
{
    if (!mw_stack_thread || (!is_within(address) && !bounds.asked))
        find_bounds(address);
    return is_within(address);
}

bool mw_stack_is_own(uintptr_t stands, uint32_t reach)
{
    return is_within(stands) && is_within(stands + reach + sizeof(void *) - 1);
}

bool mw_stack_trail_make(struct mw_stack_trail *trail, uintptr_t stands, const struct mw_stack *stack, int depth)
{
    trail->thread = trail->count = 0;
    if (depth - 1 > MW_STACK_TRAIL || !is_on_own_stack(stands))
        return false;
    for (int i = 1; i < depth; i++) {
        uintptr_t place = stack->places[i];
        if (place < stands || !is_within(place))
            return false;
        trail->offsets[i - 1] = (uint32_t)(place - stands);
        trail->frames[i - 1] = *(void *const *)place; /* as it stands there, with its signature */
    }
    trail->count = (uint32_t)depth - 1;
    trail->thread = mw_stack_thread;
    return true;
}

/* ---- searching ---- */

/* From a wrapper's frame to what it calls in the shim. */
#define NEAR (64u << 10)

/* The bottom of a thread's stack lies so near to what is known of its place. */
#define BASE (256u << 10)

/* So far the frame of a caller that was left may lie below the present one. */
#define JUMP (1u << 20)

struct search {
    uintptr_t frame;
    const void *address, *from;
    uintptr_t first, last; /* frames that were passed */
    int depth;
    bool started;   /* the asking wrapper was passed */
    bool crossed;   /* a signal's frame was passed */
    bool below;     /* the walk is below the frame, on one stack with what it passes next */
    bool decided;
    enum mw_stack_finding finding;
};

static _Unwind_Reason_Code decide(struct search *search, enum mw_stack_finding finding)
{
    search->decided = true;
    search->finding = finding;
    return _URC_NORMAL_STOP;
}

/* The linker's: where this library, or the program that it is linked into, begins, and where its code ends. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

static bool is_own_code(const void *address)
{
    return (const char *)address >= __ehdr_start && (const char *)address < etext;
}

static bool is_owner(const struct search *search, const void *address, uintptr_t above)
{
    if (address != search->address)
        return false;
    return search->from ? above > search->frame && above - search->frame < NEAR : above == search->frame;
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
        search->started = !search->from || address == search->from || ++search->depth > OWN_FRAMES;
        return _URC_NO_REASON;
    }
    search->crossed |= interrupted;
    if (search->frame ? !interrupted && is_owner(search, address, above) : interrupted && is_own_code(address))
        return decide(search, search->crossed ? MW_STACK_INTERRUPTED : MW_STACK_BELOW);
    if (interrupted) /* the stack may be another from here on */
        search->below = above <= search->frame;
    if (search->frame && search->below && above >= search->frame + NEAR)
        return decide(search, MW_STACK_GONE);
    search->below |= above <= search->frame;
    return ++search->depth < DEEPEST ? _URC_NO_REASON : decide(search, MW_STACK_UNKNOWN);
}

/* The walk has seen all of the thread's own stack, and the frame was there. A thread's own data lie at the bottom of its
 * stack. The first thread's last frame ends just where its stack begins, unless _start has put something there. */
static bool was_on_own_stack(const struct search *search)
{
    uintptr_t base = bounds.top ? bounds.top : (uintptr_t)&bounds;

    return search->last <= base && base - search->last < BASE && search->frame < search->last &&
           (!search->frame || search->frame >= search->first || search->first - search->frame < JUMP);
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
    return was_on_own_stack(&search) ? MW_STACK_GONE : MW_STACK_UNKNOWN;
}
