/* SPDX-License-Identifier: MIT */
/* A malloc() that may be interrupted anywhere, and left by a jump: it only counts up, and never reuses memory. As a library,
 * preloaded behind another one, or as a part of a program that has its own malloc(). With -DNESTED, calloc() and its kin call
 * the public functions, as those of musl do. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ROOM ((size_t)16 << 30)
#define HEADER 16

static char *memory;
static size_t used;

static char *start(void)
{
    char *mapped = __atomic_load_n(&memory, __ATOMIC_ACQUIRE), *none = NULL;

    if (mapped)
        return mapped;
    mapped = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return NULL;
    if (__atomic_compare_exchange_n(&memory, &none, mapped, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return mapped;
    munmap(mapped, ROOM);
    return none;
}

/* Not memalign() itself: a library that wraps that would see one allocation twice. */
static void *take(size_t alignment, size_t size)
{
    char *base = start(), *block;
    size_t at;

    if (!base || size > ROOM / 2) {
        errno = ENOMEM;
        return NULL;
    }
    at = __atomic_fetch_add(&used, (size + alignment + 2 * HEADER) & ~(size_t)15, __ATOMIC_RELAXED);
    if (at > ROOM - ROOM / 4) {
        errno = ENOMEM;
        return NULL;
    }
    block = (char *)(((uintptr_t)base + at + HEADER + alignment - 1) & ~(uintptr_t)(alignment - 1));
    memcpy(block - sizeof(size), &size, sizeof(size));
    return block;
}

void *memalign(size_t alignment, size_t size)
{
    return take(alignment, size);
}

void *malloc(size_t size)
{
    return take(16, size);
}

void free(void *block)
{
    (void)block;
}

#ifdef NESTED
#define TAKE(size) malloc(size)
#define TAKE_ALIGNED(alignment, size) aligned_alloc(alignment, size)
#define FREE(block) free(block)
#else
#define TAKE(size) take(16, size)
#define TAKE_ALIGNED(alignment, size) take(alignment, size)
#define FREE(block) (void)0
#endif

void *calloc(size_t number, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(number, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return TAKE(bytes); /* never used before, so zero */
}

void *realloc(void *block, size_t size)
{
    void *moved = TAKE(size);
    size_t before;

    if (block && moved) {
        memcpy(&before, (char *)block - sizeof(before), sizeof(before));
        memcpy(moved, block, before < size ? before : size);
        FREE(block);
    }
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return take(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *got = TAKE_ALIGNED(alignment, size);

    if (!got)
        return ENOMEM;
    *block = got;
    return 0;
}

size_t malloc_usable_size(void *block)
{
    size_t size = 0;

    if (block)
        memcpy(&size, (char *)block - sizeof(size), sizeof(size));
    return size;
}
