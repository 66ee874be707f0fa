/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/next.h"

#include "pmpi/base/elf_find.h"
#include "pmpi/heap/modules.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

uintptr_t mw_heap_next_first_break;

/* ---- calls of malloc() to itself ---- */

/* Where on the stack the outermost one is; 0: none. One that a signal handler has jumped out of is lower on the stack than
 * a later one, as a rule. If it is not, calls from malloc's library are not counted until then. */
static _Thread_local uintptr_t inside __attribute__((tls_model("initial-exec")));

static struct mw_heap_next real;

static inline uintptr_t begin(uintptr_t here)
{
    uintptr_t outer = inside > here ? inside : 0;

    inside = outer ? outer : here;
    return outer;
}

#define HERE ((uintptr_t)__builtin_frame_address(0))

static void *guarded_calloc(size_t number, size_t size)
{
    uintptr_t outer = begin(HERE);
    void *block = real.calloc(number, size);

    inside = outer;
    return block;
}

static void *guarded_realloc(void *block, size_t size)
{
    uintptr_t outer = begin(HERE);
    void *moved = real.realloc(block, size);

    inside = outer;
    return moved;
}

static void *guarded_memalign(size_t alignment, size_t size)
{
    uintptr_t outer = begin(HERE);
    void *block = real.memalign(alignment, size);

    inside = outer;
    return block;
}

static void *guarded_aligned_alloc(size_t alignment, size_t size)
{
    uintptr_t outer = begin(HERE);
    void *block = real.aligned_alloc(alignment, size);

    inside = outer;
    return block;
}

static int guarded_posix_memalign(void **block, size_t alignment, size_t size)
{
    uintptr_t outer = begin(HERE);
    int failed = real.posix_memalign(block, alignment, size);

    inside = outer;
    return failed;
}

static void *guarded_valloc(size_t size)
{
    uintptr_t outer = begin(HERE);
    void *block = real.valloc(size);

    inside = outer;
    return block;
}

static void *guarded_pvalloc(size_t size)
{
    uintptr_t outer = begin(HERE);
    void *block = real.pvalloc(size);

    inside = outer;
    return block;
}

static void guard(struct mw_heap_next *next)
{
    real = *next;
    next->calloc = guarded_calloc;
    next->realloc = guarded_realloc;
#define GUARD(name) \
    if (next->name) \
    next->name = guarded_##name
    GUARD(memalign);
    GUARD(aligned_alloc);
    GUARD(posix_memalign);
    GUARD(valloc);
    GUARD(pvalloc);
#undef GUARD
}

/* ---- finding ---- */

/* A function that only exists in some libraries may stay NULL: then the program cannot call it, either, or there is one
 * that does the same (valloc() and its kin are made of memalign()). */
void mw_heap_next_find(void)
{
    struct mw_heap_next found;

    if (mw_heap_next_first_break)
        return;
#define MW_ROW(type, name, parameters) *(void **)&found.name = mw_elf_find_next_early(#name);
    MW_HEAP_CALLS(MW_ROW)
#undef MW_ROW
    if (!found.malloc || !found.calloc || !found.realloc || !found.free)
        abort();                                                            /* no C library */
    if (*(void **)&found.malloc != mw_elf_find_next_early("__libc_malloc")) /* of glibc they are the same */
        guard(&found);
    mw_heap_next = found; /* another thread writes the same values */
    mw_heap_next_first_break = (uintptr_t)syscall(SYS_brk, 0L);
}

/* ---- the first calls ---- */

static void *first_malloc(size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.malloc(size);
}

static void *first_calloc(size_t number, size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.calloc(number, size);
}

static void *first_realloc(void *block, size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.realloc(block, size);
}

static void first_free(void *block)
{
    mw_heap_next_find();
    mw_heap_next.free(block);
}

static void *first_memalign(size_t alignment, size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.memalign(alignment, size);
}

static void *first_aligned_alloc(size_t alignment, size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.aligned_alloc(alignment, size);
}

static int first_posix_memalign(void **block, size_t alignment, size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.posix_memalign(block, alignment, size);
}

static void *first_valloc(size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.valloc(size);
}

static void *first_pvalloc(size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.pvalloc(size);
}

static size_t first_malloc_usable_size(void *block)
{
    mw_heap_next_find();
    return mw_heap_next.malloc_usable_size(block);
}

static void *first_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    mw_heap_next_find();
    return mw_heap_next.mmap(address, size, protection, flags, fd, offset);
}

static int first_munmap(void *address, size_t size)
{
    mw_heap_next_find();
    return mw_heap_next.munmap(address, size);
}

static void *first_mremap(void *address, size_t size, size_t new_size, int flags, ...)
{
    void *new_address;
    va_list list;

    va_start(list, flags);
    new_address = va_arg(list, void *); /* mapping_calls.c always passes it */
    va_end(list);
    mw_heap_next_find();
    return mw_heap_next.mremap(address, size, new_size, flags, new_address);
}

static int first_madvise(void *address, size_t size, int advice)
{
    mw_heap_next_find();
    return mw_heap_next.madvise(address, size, advice);
}

static void *first_sbrk(intptr_t bytes)
{
    mw_heap_next_find();
    return mw_heap_next.sbrk(bytes);
}

static int first_brk(void *end)
{
    mw_heap_next_find();
    return mw_heap_next.brk(end);
}

struct mw_heap_next mw_heap_next = {
#define MW_ROW(type, name, parameters) .name = first_##name,
    MW_HEAP_CALLS(MW_ROW)
#undef MW_ROW
};

bool mw_heap_next_is_glibc(void)
{
    return mw_elf_find_in(*(void **)&mw_heap_next.malloc, "gnu_get_libc_version") != NULL;
}

bool mw_heap_next_is_nested(const void *return_address)
{
    void *(*guarded)(size_t, size_t) = guarded_calloc;

    return inside && (mw_heap_modules_is_same(*(void **)&mw_heap_next.malloc, return_address) ||
                      mw_heap_modules_is_same(*(void **)&guarded, return_address)); /* it jumped to the other */
}
