/* SPDX-License-Identifier: MIT */
#include "pmpi/stack.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <string.h>

/* Our own frames between libunwind and the wrapper's caller: with inlining, at most these. */
#define OWN_FRAMES 8
#define MAX_ROOM 32

static int (*unwind)(void **buffer, int size);

void mw_stack_open(void)
{
    void *library = NULL;

    /* libunwind frees its thread's cache, under a mutex, in the last round of the thread's destructors: ThreadSanitizer's
     * own state of the thread is gone by then, and its pthread_mutex_lock() crashes. */
    if (dlsym(RTLD_DEFAULT, "__tsan_init"))
        unwind = backtrace;
    else
        library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (library)
        *(void **)&unwind = dlsym(library, "unw_backtrace");
}

int mw_stack_capture(void **frames, int room, void *from)
{
    void *all[MAX_ROOM + OWN_FRAMES];
    int depth = 0, first = 0;

    if (room > MAX_ROOM)
        room = MAX_ROOM;
    if (unwind && room > 1)
        depth = unwind(all, room + OWN_FRAMES);
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
    void *all[256];

    for (int turn = 0; unwind && turn < 2; turn++) {
        int depth = unwind(all, depths[turn]);
        for (int i = 0; i < depth; i++)
            if (all[i] == return_address)
                return true;
        if (depth < depths[turn])
            return false;
    }
    return true;
}
