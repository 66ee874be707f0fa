/* SPDX-License-Identifier: MIT */
/* Return addresses of the calling thread, by the unwinder of GCC's runtime library.
 *
 * It is linked in, so that nothing has to be loaded when a rank starts (libunwind took 0.4 ms there, of 0.9 in all). It
 * takes 0.2 µs for each frame, where libunwind remembers frames and takes a tenth of that: which is why a stack that comes
 * again is recognized by its trail. */
#ifndef MW_PMPI_STACK_H
#define MW_PMPI_STACK_H

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

/* Only for where the stack stood when the trail was made. */
static inline bool mw_stack_trail_holds(const struct mw_stack_trail *trail, uintptr_t stands)
{
    if (trail->thread != mw_stack_thread)
        return false;
    for (uint32_t i = 0; i < trail->count; i++)
        if (*(void *const *)(stands + trail->offsets[i]) != trail->frames[i])
            return false;
    return true;
}

/* Is there a frame with this return address on the stack? True as well when that cannot be told. */
bool mw_stack_holds(void *return_address);

#endif
