/* SPDX-License-Identifier: MIT */
/* Return addresses of the calling thread, by the unwinder of GCC's runtime library.
 *
 * It is linked in, so that nothing has to be loaded when a rank starts (libunwind took 0.4 ms there, of 0.9 in all). It
 * takes 0.2 µs for each frame, where libunwind remembers frames and takes a tenth of that: which is why a stack that comes
 * again is recognized by its trail. */
#ifndef MW_PMPI_BASE_STACK_H
#define MW_PMPI_BASE_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Frames of a stack, innermost first. */
#define MW_STACK_FRAMES 24
struct mw_stack {
    int depth; /* at least 1 */
    void *frames[MW_STACK_FRAMES];     /* return addresses */
    uintptr_t places[MW_STACK_FRAMES]; /* where each stands on the stack; 0 not known */
};

/* Fills in up to `room` frames, at most MW_STACK_FRAMES, starting with `from`, the return address of a wrapper that is
 * on the stack. */
void mw_stack_capture(struct mw_stack *stack, int room, void *from);

/* The places on the stack where the return addresses behind a wrapper's own stand, seen from where the stack stands. A
 * function's frame has one size for each place that it calls from, or it keeps a frame pointer for an alloca(): so while
 * the stack stands where it stood and the addresses stand where they stood, it is the same stack. Much cheaper than
 * walking it. What could deceive it is an old address, left in just that place by a frame of another size: the call
 * would be booked on another of the program's call sites with the same innermost frame. */
#define MW_STACK_TRAIL 10
struct mw_stack_trail {
    uint32_t thread; /* whose stack it is; 0 nobody's */
    uint32_t count;
    uint32_t offsets[MW_STACK_TRAIL]; /* from where the stack stands, in bytes */
    void *frames[MW_STACK_TRAIL];
};

/* Number of the calling thread, of its own for ever; 0 while no trail was made here. Another thread may get the memory
 * of this one's stack, and less of it. */
extern _Thread_local uint32_t mw_stack_thread __attribute__((tls_model("initial-exec")));

/* For the first `depth` frames of a stack that was just captured. `stands` must be in the frame of the wrapper or of what
 * it called. False when the places are not known, or lie outside of the thread's own stack (a coroutine's comes and
 * goes): the trail holds nowhere then. */
bool mw_stack_trail_make(struct mw_stack_trail *trail, uintptr_t stands, const struct mw_stack *stack, int depth);

/* Only for where the stack stood when the trail was made, or where mw_stack_is_own(). */
static inline bool mw_stack_trail_holds(const struct mw_stack_trail *trail, uintptr_t stands)
{
    if (trail->thread != mw_stack_thread)
        return false;
    for (uint32_t i = 0; i < trail->count; i++)
        if (*(void *const *)(stands + trail->offsets[i]) != trail->frames[i])
            return false;
    return true;
}

/* Wherever the stack pointer is: the addresses are read only where they lie on the thread's own stack. `reach`: the least
 * that has to lie there, in bytes. */
bool mw_stack_is_own(uintptr_t stands, uint32_t reach);

static inline bool mw_stack_trail_holds_anywhere(const struct mw_stack_trail *trail, uintptr_t stands)
{
    return (!trail->count || mw_stack_is_own(stands, trail->offsets[trail->count - 1])) &&
           mw_stack_trail_holds(trail, stands);
}

enum mw_stack_finding {
    MW_STACK_GONE,        /* the caller's frame is not on the stack any more: it was left without returning */
    MW_STACK_BELOW,       /* it is there, and made the present call */
    MW_STACK_INTERRUPTED, /* it is there, and a signal handler made the present call on top of it */
    MW_STACK_UNKNOWN      /* that cannot be known */
};

/* What became of a caller whose wrapper has `return_address`, and `frame` below the end of its frame (less than 64 KiB)?
 * `from` is the return address of the wrapper that asks. NULL: it is not a wrapper, and `frame` is where the caller's
 * frame ends, or 0 while that is about to be written down: the caller is there if a signal has interrupted our own code. Walks the stack, also from one stack to another through a signal's frame.
 * Neither allocates nor asks libc for the bounds of a stack. */
enum mw_stack_finding mw_stack_find(uintptr_t frame, const void *return_address, const void *from);

#endif
