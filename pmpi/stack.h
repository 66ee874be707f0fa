/* SPDX-License-Identifier: MIT */
/* Return addresses of the calling thread, by libunwind's cached fast trace (beside ThreadSanitizer by glibc's slower
 * one).
 *
 * libunwind is loaded when the rank starts and not linked: the shim goes into every process of a job, and a linked
 * libunwind would replace glibc's backtrace(). Without it a stack has one frame. */
#ifndef MW_PMPI_STACK_H
#define MW_PMPI_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Loads libunwind, if it is there, and finds out where the calling thread's stack lies. Uses memory and the loader's lock;
 * call once. */
void mw_stack_open(void);

/* Code that called MPI was unloaded: what libunwind remembers of addresses may be wrong from now on. */
void mw_stack_distrust(void);

/* Fills `frames` with up to `room` return addresses, innermost first, starting with `from`, the return address of a
 * wrapper that is on the stack. Returns how many, at least 1. */
int mw_stack_capture(void **frames, int room, void *from);

/* The places on the stack where the return addresses behind a wrapper's own stand, seen from where the stack stands. A
 * function's frame has one size for each place that it calls from, or it keeps a frame pointer for an alloca(): so while
 * the stack stands where it stood and the addresses stand where they stood, it is the same stack. Much cheaper than
 * walking it. What could deceive it is an old address, left in just that place by a frame of another size: the call
 * would be booked on another of the program's call sites with the same innermost frame. */
#define MW_STACK_TRAIL 10
struct mw_stack_trail {
    uint32_t count;
    uint32_t offsets[MW_STACK_TRAIL]; /* from where the stack stands, in bytes */
    void *frames[MW_STACK_TRAIL];
};

/* For `frames` as they were just captured. `stack` must be in the frame of the wrapper or of what it called. False when the
 * places cannot be told, or this thread is not the one that called mw_stack_open(): the stacks of others come and go. */
bool mw_stack_trail_make(struct mw_stack_trail *trail, uintptr_t stack, void *const *frames, int depth);

/* Only for a `stack` that the trail was made for. */
static inline bool mw_stack_trail_holds(const struct mw_stack_trail *trail, uintptr_t stack)
{
    for (uint32_t i = 0; i < trail->count; i++)
        if (*(void *const *)(stack + trail->offsets[i]) != trail->frames[i])
            return false;
    return true;
}

/* Is there a frame with this return address on the stack? True as well when that cannot be told. */
bool mw_stack_holds(void *return_address);

#endif
