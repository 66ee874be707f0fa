/* SPDX-License-Identifier: MIT */
#include "pmpi/stack.h"

#include "pmpi/compat.h"
#include "pmpi/syscalls.h"

#include <stdatomic.h>
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

/* Where a return address stands: between the frame that it returns to and the one that returns. */
#if defined __x86_64__ && !defined MW_STACK_SEARCH /* a call pushes it just above the frame that it makes */
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
        if (*(const uintptr_t *)at != address)
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

struct search {
    const void *address;
    int depth;
    bool found;
};

static _Unwind_Reason_Code compare_frame(struct _Unwind_Context *context, void *data)
{
    struct search *search = data;

    search->found = (const void *)_Unwind_GetIP(context) == search->address;
    return !search->found && ++search->depth < DEEPEST ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

/* As a rule the frame is near: the deep look is for calls that were left without returning. */
bool mw_stack_holds(void *return_address)
{
    struct search search = {.address = return_address};

    _Unwind_Backtrace(compare_frame, &search);
    return search.found || search.depth >= DEEPEST;
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

/* What takes system calls to find out. */
static void find_bounds(uintptr_t address)
{
    if (!mw_syscalls_begin())
        return;
    if (!mw_stack_thread)
        begin_thread();
    if (!is_within(address) && !bounds.asked) {
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
        trail->frames[i - 1] = stack->frames[i];
    }
    trail->count = (uint32_t)depth - 1;
    trail->thread = mw_stack_thread;
    return true;
}
