/* SPDX-License-Identifier: MIT */
/* Return addresses of the calling thread, from the unwinder of GCC's runtime library.
 *
 * The unwinder is linked in, so that nothing has to be loaded when a rank starts (libunwind took 0.4 of 0.9 ms
 * there). It takes 0.2 µs for each frame; libunwind, which caches frames, takes a tenth of that. A stack that occurs
 * again is therefore recognized by its fingerprint. */
#ifndef MW_PMPI_BASE_STACK_H
#define MW_PMPI_BASE_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Frames of a stack, innermost first. */
#define MW_STACK_FRAMES 24
struct mw_stack {
    int depth;                        /* at least 1 */
    void *frames[MW_STACK_FRAMES];    /* return addresses */
    uintptr_t slots[MW_STACK_FRAMES]; /* stack slots of the return addresses; 0: not known */
};

/* Fills in at most `max_frames` (and at most MW_STACK_FRAMES) frames, starting with `from`, the return address of a
 * wrapper that is on the stack. */
void mw_stack_capture(struct mw_stack *stack, int max_frames, void *from);

/* The same, and ends with the first frame for which `may_follow` returns false: the unwinder, which reads the code at the
 * return address, is not asked for the next one. NULL: follows all. */
void mw_stack_capture_if(struct mw_stack *stack, int max_frames, void *from, bool (*may_follow)(const void *return_address));

/* The stack slots of the return addresses above a wrapper's frame, relative to the stack pointer, and their values.
 * A function's frame has the same size at each call from the same place, unless it uses alloca(), and then it has a
 * frame pointer. So if the stack pointer is the same and the slots hold the same addresses, the stack is the same.
 * Comparing them is much cheaper than walking the stack. The one false match: a stale return address at the same
 * slot, left there by a frame of another size. The call is then attributed to another call site of the program with
 * the same innermost frame. */
#define MW_STACK_FINGERPRINT_FRAMES 11
struct mw_stack_fingerprint {
    uint32_t thread; /* mw_stack_thread of the stack's thread; 0: none */
    uint32_t count;
    uint32_t offsets[MW_STACK_FINGERPRINT_FRAMES]; /* of the slots from the stack pointer, in bytes */
    void *frames[MW_STACK_FINGERPRINT_FRAMES];
};

/* Unique number of the calling thread, never reused; 0 until the first fingerprint is made in it. Needed since a
 * later thread may get the memory of an earlier one's stack. */
extern _Thread_local uint32_t mw_stack_thread __attribute__((tls_model("initial-exec")));

/* Whether an address is on the calling thread's own stack. Asks libc for the bounds of the stack at most once in a thread,
 * which may allocate, and must not be done inside pthread_getattr_np(). */
bool mw_stack_is_own(uintptr_t address);

/* Makes the fingerprint of the first `depth` frames of a stack that was just captured. `stack_pointer` must be in
 * the frame of the wrapper or of a function that it called. Returns false if slots are not known, or not on the
 * thread's own stack (a coroutine's stack may be freed): the fingerprint then matches nothing. */
bool mw_stack_fingerprint_make(struct mw_stack_fingerprint *fingerprint, uintptr_t stack_pointer, const struct mw_stack *stack,
                               int depth);

/* `stack_pointer` must be the one that the fingerprint was made with, or mw_stack_contains() must be true for it. */
static inline bool mw_stack_fingerprint_matches(const struct mw_stack_fingerprint *fingerprint, uintptr_t stack_pointer)
{
    if (fingerprint->thread != mw_stack_thread)
        return false;
    for (uint32_t i = 0; i < fingerprint->count; i++)
        if (*(void *const *)(stack_pointer + fingerprint->offsets[i]) != fingerprint->frames[i])
            return false;
    return true;
}

/* Whether `length` bytes from the stack pointer are on the calling thread's stack. */
bool mw_stack_contains(uintptr_t stack_pointer, uint32_t length);

static inline bool mw_stack_fingerprint_matches_anywhere(const struct mw_stack_fingerprint *fingerprint,
                                                         uintptr_t stack_pointer)
{
    return (!fingerprint->count || mw_stack_contains(stack_pointer, fingerprint->offsets[fingerprint->count - 1])) &&
           mw_stack_fingerprint_matches(fingerprint, stack_pointer);
}

enum mw_stack_finding {
    MW_STACK_GONE,        /* the caller's frame is not on the stack any more: it was left without a return */
    MW_STACK_BELOW,       /* it is on the stack, and made the present call */
    MW_STACK_INTERRUPTED, /* it is on the stack, and a signal handler made the present call on top of it */
    MW_STACK_UNKNOWN      /* not known */
};

/* Finds out whether a caller is still on the stack. Its wrapper has the return address `return_address`, and `frame`
 * is less than 64 KiB below the end of its frame. `from` is the return address of the wrapper that asks. If `from`
 * is NULL the caller is not a wrapper, and `frame` is the end of its frame (CFA), or 0 if it has not been written
 * yet: the caller is then on the stack if a signal has interrupted code of the shim. Walks the stack, through signal
 * frames also from one stack to another. May be called from a signal handler: neither allocates nor asks libc for
 * the bounds of a stack. */
enum mw_stack_finding mw_stack_find(uintptr_t frame, const void *return_address, const void *from);

#endif
