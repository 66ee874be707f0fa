/* SPDX-License-Identifier: MIT */
#include "pmpi/stack.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <string.h>

/* Our own frames between libunwind and the wrapper's caller: with inlining, at most these. */
#define OWN_FRAMES 8
#define MAX_ROOM 32

/* Looked at without the rank's lock, too. */
static _Atomic(int (*)(void **buffer, int size)) unwind;

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
    if (library)
        *(void **)&fast = dlsym(library, "unw_backtrace");
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

    if (room > MAX_ROOM)
        room = MAX_ROOM;
    if (walk && room > 1)
        depth = walk(all, room + OWN_FRAMES);
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
