/* SPDX-License-Identifier: MIT */
/* The functions that this library hides: those of the next library in load order, or of libc. They are found when the
 * first of ours is called, which is before this library's constructor, without allocating. */
#ifndef MW_PMPI_HEAP_NEXT_H
#define MW_PMPI_HEAP_NEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Return type, name, parameters. */
#define MW_HEAP_CALLS(MW_ROW)                                    \
    MW_ROW(void *, malloc, (size_t))                             \
    MW_ROW(void *, calloc, (size_t, size_t))                     \
    MW_ROW(void *, realloc, (void *, size_t))                    \
    MW_ROW(void, free, (void *))                                 \
    MW_ROW(void *, memalign, (size_t, size_t))                   \
    MW_ROW(void *, aligned_alloc, (size_t, size_t))              \
    MW_ROW(int, posix_memalign, (void **, size_t, size_t))       \
    MW_ROW(void *, valloc, (size_t))                             \
    MW_ROW(void *, pvalloc, (size_t))                            \
    MW_ROW(size_t, malloc_usable_size, (void *))                 \
    MW_ROW(void *, mmap, (void *, size_t, int, int, int, off_t)) \
    MW_ROW(int, munmap, (void *, size_t))                        \
    MW_ROW(void *, mremap, (void *, size_t, size_t, int, ...))   \
    MW_ROW(int, madvise, (void *, size_t, int))                  \
    MW_ROW(void *, sbrk, (intptr_t))                             \
    MW_ROW(int, brk, (void *))

struct mw_heap_next {
#define MW_ROW(type, name, parameters) type(*name) parameters;
    MW_HEAP_CALLS(MW_ROW)
#undef MW_ROW
};

/* Before they are found: functions that find them and pass the call on. Hidden, so that a call is a single jump. */
extern struct mw_heap_next mw_heap_next __attribute__((visibility("hidden")));

/* Finds them, if no call has done so yet. */
void mw_heap_next_find(void);

/* The break (end of the heap) when the first of these functions was called; 0: none was. */
extern uintptr_t mw_heap_next_first_break;

/* Whether a call of ours comes from a calloc(), realloc(), memalign() or the like that was passed on: those of musl call the
 * public malloc(). Such blocks count once, for the caller of the outer function. */
bool mw_heap_next_is_nested(const void *return_address);

/* The next malloc() is glibc's: a block's size is in front of it. */
bool mw_heap_next_is_glibc(void);

#endif
