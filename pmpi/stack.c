/* SPDX-License-Identifier: MIT */
#include "pmpi/stack.h"

#define UNW_LOCAL_ONLY /* the types and names; the functions are looked up */
#include <dlfcn.h>
#include <execinfo.h>
#include <libunwind.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Our own frames between libunwind and the wrapper's caller: with inlining, at most these. */
#define OWN_FRAMES 8
#define MAX_ROOM 32

/* Looked at without the rank's lock, too. */
static _Atomic(int (*)(void **buffer, int size)) unwind;

/* libunwind's slow way, which tells more than addresses. */
static struct {
    int (*get_context)(unw_context_t *);
    int (*init)(unw_cursor_t *, unw_context_t *);
    int (*step)(unw_cursor_t *);
    int (*get)(unw_cursor_t *, int, unw_word_t *);
} cursor_calls;

static uintptr_t stack_bottom, stack_top; /* of the thread that opened; 0 unknown */

#define NAME(call) NAME_(call) /* libunwind's names are macros */
#define NAME_(call) #call

static void find_cursor_calls(void *library)
{
    *(void **)&cursor_calls.get_context = dlsym(library, NAME(unw_tdep_getcontext));
    *(void **)&cursor_calls.init = dlsym(library, NAME(unw_init_local));
    *(void **)&cursor_calls.get = dlsym(library, NAME(unw_get_reg));
    *(void **)&cursor_calls.step = dlsym(library, NAME(unw_step));
}

static void find_stack(void)
{
    pthread_attr_t attributes;
    void *bottom;
    size_t size;

    if (pthread_getattr_np(pthread_self(), &attributes))
        return;
    if (!pthread_attr_getstack(&attributes, &bottom, &size)) {
        stack_bottom = (uintptr_t)bottom;
        stack_top = stack_bottom + size;
    }
    pthread_attr_destroy(&attributes);
}

void mw_stack_open(void)
{
    int (*fast)(void **, int) = NULL;
    void *library = NULL;

    /* libunwind frees its thread's cache, under a mutex, in the last round of the thread's destructors: ThreadSanitizer's
     * own state of the thread is gone by then, and its pthread_mutex_lock() crashes. */
    if (dlsym(RTLD_DEFAULT, "__tsan_init"))
        fast = backtrace;
    else
        library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (library) {
        *(void **)&fast = dlsym(library, NAME(unw_backtrace));
        find_cursor_calls(library);
        find_stack();
    }
    atomic_store(&unwind, fast);
}

void mw_stack_distrust(void)
{
    if (atomic_load(&unwind))
        atomic_store(&unwind, backtrace);
}

int mw_stack_capture(void **frames, int room, void *from)
{
    int (*walk)(void **, int) = atomic_load_explicit(&unwind, memory_order_relaxed);
    void *all[MAX_ROOM + OWN_FRAMES];
    int depth = 0, first = 0;
    int cancel;

    if (room > MAX_ROOM)
        room = MAX_ROOM;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel); /* it may read and write, under the rank's lock */
    if (walk && room > 1)
        depth = walk(all, room + OWN_FRAMES);
    pthread_setcancelstate(cancel, NULL);
    while (first < depth && all[first] != from)
        first++;
    if (first >= depth) {
        frames[0] = from;
        return 1;
    }
    depth -= first;
    if (depth > room)
        depth = room;
    memcpy(frames, all + first, (size_t)depth * sizeof(*frames));
    return depth;
}

#ifdef __x86_64__ /* where a call pushes its return address just above the frame that it makes */

/* Walks on to the next frame. Its return address and the place where that stands, or 0. */
static uintptr_t step(unw_cursor_t *cursor, void **frame)
{
    unw_word_t address, above;

    if (cursor_calls.step(cursor) <= 0 || cursor_calls.get(cursor, UNW_REG_IP, &address) ||
        cursor_calls.get(cursor, UNW_REG_SP, &above))
        return 0;
    *frame = (void *)address;
    return above - sizeof(void *);
}

static bool follow(struct mw_stack_trail *trail, unw_cursor_t *cursor, uintptr_t stack, void *const *frames, int depth)
{
    void *frame = NULL;
    uintptr_t place;
    int own = 0;

    do
        place = step(cursor, &frame);
    while (place && frame != frames[0] && ++own < 2 * OWN_FRAMES);
    if (frame != frames[0])
        return false;
    for (trail->count = 0; (int)trail->count < depth - 1; trail->count++) {
        place = step(cursor, &frame);
        if (place < stack || place > stack_top - sizeof(void *) || frame != frames[trail->count + 1] ||
            *(void **)place != frame)
            return false;
        trail->offsets[trail->count] = (uint32_t)(place - stack);
        trail->frames[trail->count] = frame;
    }
    return true;
}

bool mw_stack_trail_make(struct mw_stack_trail *trail, uintptr_t stack, void *const *frames, int depth)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    unw_context_t context;
    unw_cursor_t cursor;
    int cancel;
    bool made;

    if (!cursor_calls.get_context || !cursor_calls.init || !cursor_calls.step || !cursor_calls.get ||
        depth - 1 > MW_STACK_TRAIL || here < stack_bottom || here >= stack_top || stack - here > UINT32_MAX)
        return false;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    made = !cursor_calls.get_context(&context) && !cursor_calls.init(&cursor, &context) &&
           follow(trail, &cursor, stack, frames, depth);
    pthread_setcancelstate(cancel, NULL);
    return made;
}

#else

bool mw_stack_trail_make(struct mw_stack_trail *trail, uintptr_t stack, void *const *frames, int depth)
{
    (void)trail, (void)stack, (void)frames, (void)depth;
    return false;
}

#endif

/* As a rule the frame is near: the deep look is for calls that were left without returning. */
bool mw_stack_holds(void *return_address)
{
    static const int depths[] = {16, 256};
    int (*walk)(void **, int) = atomic_load_explicit(&unwind, memory_order_relaxed);
    void *all[256];

    for (int turn = 0; walk && turn < 2; turn++) {
        int depth = walk(all, depths[turn]);
        for (int i = 0; i < depth; i++)
            if (all[i] == return_address)
                return true;
        if (depth < depths[turn])
            return false;
    }
    return true;
}
