/* SPDX-License-Identifier: MIT */
/* mmap() and its kin, and the break, called by the program. Not those of malloc(), whose blocks are known: glibc's do not arrive
 * here, another malloc()'s are recognized by their caller. A library that overwrites the code of these functions (UCX) is led
 * to libc's by the shim's dlsym(); where it overwrites ours, pages that no line explains are in a separate row of the report. */
#include "pmpi/heap/heap.h"
#include "pmpi/heap/modules.h"
#include "pmpi/heap/next.h"
#include "pmpi/heap/ranges.h"

#include <stdarg.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define CALLER (&(const struct mw_heap_caller){__builtin_return_address(0), (uintptr_t)__builtin_dwarf_cfa()})

static bool is_of_malloc(const void *return_address)
{
    return mw_heap_modules_is_same(*(void **)&mw_heap_next.malloc, return_address);
}

/* Memory that becomes resident page by page as it is written. */
static bool is_counted(int protection, int flags)
{
    return (flags & MAP_ANONYMOUS) && (flags & MAP_PRIVATE) && (protection & PROT_WRITE);
}

static void *map(void *address, size_t size, int protection, int flags, int fd, off_t offset,
                 const struct mw_heap_caller *caller)
{
    bool counts = mw_heap_is_recording() && !is_of_malloc(caller->return_address);
    void *start;

    if (counts && (flags & MAP_FIXED))
        mw_heap_unmapping(address, size);
    start = mw_heap_next.mmap(address, size, protection, flags, fd, offset);
    if (counts && start != MAP_FAILED && is_counted(protection, flags))
        mw_heap_mapped(start, size, caller);
    return start;
}

EXPORT void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return map(address, size, protection, flags, fd, offset, CALLER);
}

EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return map(address, size, protection, flags, fd, offset, CALLER);
}

EXPORT int munmap(void *address, size_t size)
{
    if (mw_heap_is_recording())
        mw_heap_unmapping(address, size);
    return mw_heap_next.munmap(address, size);
}

/* A mapping that was ours stays so, now of this caller. */
EXPORT void *mremap(void *address, size_t size, size_t new_size, int flags, ...)
{
    struct mw_heap_range kept;
    bool counts = mw_heap_is_recording() && mw_heap_is_mapping(address, size, &kept);
    void *new_address = NULL, *start;
    va_list list;

    if (flags & MREMAP_FIXED) {
        va_start(list, flags);
        new_address = va_arg(list, void *);
        va_end(list);
    }
    if (counts)
        mw_heap_unmapping(address, size);
    start = mw_heap_next.mremap(address, size, new_size, flags, new_address);
    if (counts && start == MAP_FAILED)
        mw_heap_restore_mapping(address, size, &kept);
    else if (counts)
        mw_heap_mapped(start, new_size, CALLER);
    return start;
}

EXPORT int madvise(void *address, size_t size, int advice)
{
    if ((advice == MADV_DONTNEED || advice == MADV_REMOVE) && mw_heap_is_recording() &&
        !is_of_malloc(__builtin_return_address(0)))
        mw_heap_discarding();
    return mw_heap_next.madvise(address, size, advice);
}

/* ---- the break ---- */

/* The break will be lower. One below its start is ignored by the kernel. */
static void lower(const char *end)
{
    const char *before = mw_heap_next.sbrk(0);

    if (end < before && (uintptr_t)end >= mw_heap_next_first_break)
        mw_heap_shrinking((uintptr_t)end, (uintptr_t)before);
}

EXPORT void *sbrk(intptr_t bytes)
{
    bool counts = bytes && mw_heap_is_recording() && !is_of_malloc(__builtin_return_address(0));
    void *start;

    if (counts && bytes < 0)
        lower((const char *)mw_heap_next.sbrk(0) + bytes);
    start = mw_heap_next.sbrk(bytes);
    if (counts && bytes > 0 && start != (void *)-1)
        mw_heap_grown((uintptr_t)start, (uintptr_t)start + (uintptr_t)bytes, CALLER);
    return start;
}

EXPORT int brk(void *end)
{
    bool counts = mw_heap_is_recording() && !is_of_malloc(__builtin_return_address(0));
    uintptr_t before = 0;
    int failed;

    if (counts) {
        lower(end);
        before = (uintptr_t)mw_heap_next.sbrk(0);
    }
    failed = mw_heap_next.brk(end);
    if (counts && !failed && (uintptr_t)end > before)
        mw_heap_grown(before, (uintptr_t)end, CALLER);
    return failed;
}
