/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/areas.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/heap/memory.h"
#include "pmpi/heap/next.h"
#include "pmpi/heap/ranges.h"

#include <sys/syscall.h>
#include <unistd.h>

/* glibc's malloc/arena.c: an arena consists of heaps of this size, each aligned to it. */
#define ARENA_HEAP (64u << 20)
#define ARENA_HEAPS 256

/* The word before a block of glibc's: the size of its chunk, and three flags. */
#define CHUNK_MAPPED 2u
#define CHUNK_ARENA 4u
#define CHUNK_FLAGS 7u

static bool is_glibc;
static uintptr_t break_start;
static uintptr_t arena_heaps[ARENA_HEAPS];
static uint32_t arena_heap_count;

static uintptr_t present_break(void)
{
    return (uintptr_t)syscall(SYS_brk, 0L);
}

void mw_heap_areas_start(void)
{
    mw_heap_next_find();
    is_glibc = sizeof(size_t) == 8 && mw_heap_next_is_glibc();
    break_start = mw_heap_next_first_break;
    arena_heap_count = 0;
}

static void note_arena(uintptr_t address)
{
    uintptr_t heap = address & ~(uintptr_t)(ARENA_HEAP - 1);

    for (uint32_t i = arena_heap_count; i > 0; i--)
        if (arena_heaps[i - 1] == heap)
            return;
    if (arena_heap_count < ARENA_HEAPS)
        arena_heaps[arena_heap_count++] = heap;
}

bool mw_heap_areas_note(const void *block, size_t size, size_t *headers)
{
    size_t chunk;

    *headers = 0;
    if (!is_glibc) {
        size_t usable = mw_heap_next.malloc_usable_size ? mw_heap_next.malloc_usable_size((void *)(uintptr_t)block) : size;
        *headers = usable > size ? usable - size : 0;
        return false;
    }
    chunk = ((const size_t *)block)[-1];
    if ((chunk & ~(size_t)CHUNK_FLAGS) > size)
        *headers = (chunk & ~(size_t)CHUNK_FLAGS) - size;
    if (chunk & CHUNK_MAPPED)
        return false;
    if (chunk & CHUNK_ARENA)
        note_arena((uintptr_t)block);
    else if ((uintptr_t)block < break_start)
        break_start = (uintptr_t)block & ~(mw_heap_page_bytes - 1);
    return true;
}

/* What the program has moved the break by is counted by line. */
static uint64_t of_program;
static uintptr_t break_end;

static void add_of_program(const struct mw_heap_range *range)
{
    if (range->start >= break_start && range->end <= break_end)
        of_program += range->resident;
}

static uint64_t resident_break(void)
{
    uint64_t sum = mw_heap_memory_resident(break_start, break_end - break_start);

    of_program = 0;
    mw_heap_ranges_each(add_of_program);
    return sum > of_program ? sum - of_program : 0;
}

uint64_t mw_heap_areas_resident(void)
{
    uint64_t sum = 0;

    if (!is_glibc || !mw_syscalls_begin())
        return 0;
    break_end = (present_break() + mw_heap_page_bytes - 1) & ~(mw_heap_page_bytes - 1);
    mw_syscalls_end();
    if (break_end > break_start)
        sum = resident_break();
    for (uint32_t i = 0; i < arena_heap_count; i++)
        sum += mw_heap_memory_resident(arena_heaps[i], ARENA_HEAP);
    return sum;
}
