/* SPDX-License-Identifier: MIT */
/* Mappings of the program's own, and what it does with them: gives pages back, moves, trims, replaces. */
#define _GNU_SOURCE
#include "held.h"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

NOINLINE char *map_first(size_t size);
NOINLINE char *map_first(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(memory != MAP_FAILED);
    madvise(memory, size, MADV_NOHUGEPAGE);
    memset(memory, 1, size);
    return memory;
}

NOINLINE char *map_second(size_t size);
NOINLINE char *map_second(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(memory != MAP_FAILED);
    madvise(memory, size, MADV_NOHUGEPAGE);
    memset(memory, 1, size);
    return memory;
}

/* Pages that were given back are not held at the peak, which is later. */
static void discards(void)
{
    char *mapped = map_first(64 * MIB), *block = hold_large(64 * MIB), *last;

    churn(2000); /* the mark is read */
    EXPECT(!madvise(mapped, 48 * MIB, MADV_DONTNEED));
    EXPECT(!madvise((char *)(((uintptr_t)block + 4095) & ~(uintptr_t)4095), 32 * MIB, MADV_DONTNEED));
    EXPECT(mapped[0] == 0 && mapped[48 * MIB] == 1);
    last = map_second(256 * MIB);
    churn(2000);
    KEEP(last);
    tell("map_first", 16 * MIB);
    tell("hold_large", 32 * MIB);
    tell("map_second", 256 * MIB);
}

/* Reserved, and used in part only. */
NOINLINE void reserves(void);
NOINLINE void reserves(void)
{
    char *memory = mmap(NULL, (size_t)8 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    EXPECT(memory != MAP_FAILED);
    madvise(memory, (size_t)8 << 30, MADV_NOHUGEPAGE);
    memset(memory + ((size_t)5 << 30), 1, 40 * MIB);
    churn(2000);
    tell("reserves", 40 * MIB);
}

/* So much that looking at each page would take half a second. */
NOINLINE void reserves_much(void);
NOINLINE void reserves_much(void)
{
    const size_t size = (size_t)1 << 40;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return; /* a limit */
    madvise(memory, size, MADV_NOHUGEPAGE);
    memset(memory + size / 3 / 4096 * 4096, 1, 64 * MIB);
    churn(2000);
    EXPECT(!munmap(memory + size / 2, size / 4)); /* a part that is not touched */
    churn(2000);
    tell("reserves_much", 64 * MIB);
}

/* As programs do that want an aligned one. */
static void trims(void)
{
    char *memory = map_first(64 * MIB);

    EXPECT(!munmap(memory, 8 * MIB) && !munmap(memory + 56 * MIB, 8 * MIB));
    EXPECT(!munmap(memory + 24 * MIB, 16 * MIB)); /* a hole */
    memset(memory + 8 * MIB, 2, 16 * MIB);
    map_second(128 * MIB);
    churn(2000);
    tell("map_first", 32 * MIB);
    tell("map_second", 128 * MIB);
}

NOINLINE char *remap(char *memory, size_t size, size_t new_size);
NOINLINE char *remap(char *memory, size_t size, size_t new_size)
{
    char *moved = mremap(memory, size, new_size, MREMAP_MAYMOVE);

    EXPECT(moved != MAP_FAILED && moved[0] == 1);
    memset(moved, 1, new_size);
    return moved;
}

static void remaps(void)
{
    char *memory = map_first(16 * MIB), *other = map_second(24 * MIB);

    memory = remap(memory, 16 * MIB, 80 * MIB);
    EXPECT(mremap(other, 24 * MIB, (size_t)1 << 60, MREMAP_MAYMOVE) == MAP_FAILED);
    EXPECT(other[0] == 1 && other[24 * MIB - 1] == 1);
    hold_large(64 * MIB); /* the mark rises once more */
    churn(2000);
    KEEP(memory);
    KEEP(other);
    tell("map_first", 0);
    tell("remap", 80 * MIB);
    tell("map_second", 24 * MIB);
}

/* Another mapping in the place of a part. */
static void replaces(void)
{
    char *memory = map_first(64 * MIB);
    char *same = mmap(memory + 16 * MIB, 32 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    EXPECT(same == memory + 16 * MIB);
    map_second(128 * MIB);
    churn(2000);
    EXPECT(memory[0] == 1 && memory[64 * MIB - 1] == 1);
    tell("map_first", 32 * MIB);
    tell("map_second", 128 * MIB);
}

/* Calls that fail leave everything as it was. */
static void refused(void)
{
    char *memory = map_first(32 * MIB);

    errno = 0;
    EXPECT(munmap(memory + 1, 16 * MIB) == -1 && errno == EINVAL);
    errno = 0;
    EXPECT(munmap(memory, 0) == -1 && errno == EINVAL);
    errno = 0;
    EXPECT(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    errno = 0;
    EXPECT(mmap(memory + 1, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
    errno = 0;
    EXPECT(mremap(memory + 1, 16 * MIB, 64 * MIB, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
    errno = 0;
    EXPECT(madvise(memory + 1, 4096, MADV_DONTNEED) == -1 && errno == EINVAL);
    EXPECT(memory[0] == 1 && memory[32 * MIB - 1] == 1);
    map_second(64 * MIB);
    churn(2000);
    tell("map_first", 32 * MIB);
    tell("map_second", 64 * MIB);
}

NOINLINE char *move_break(intptr_t size);
NOINLINE char *move_break(intptr_t size)
{
    char *more = sbrk(size);

    EXPECT(more != (void *)-1);
    return more;
}

/* The program moves the break itself, between malloc()'s own moves: in steps, downwards, by an odd number. */
static void breaks(void)
{
    char *block = hold_large(64 * MIB), *end;

    for (int i = 0; i < 16; i++) {
        char *more = move_break((intptr_t)MIB);
        memset(more, 3, MIB);
        churn(1000);
        EXPECT(more[0] == 3 && more[MIB - 1] == 3);
    }
    for (int i = 0; i < 3000; i++) /* more than there is room for in a table */
        memset(move_break(4096), 5, 4096);
    end = move_break(0);
    memset(move_break((intptr_t)(8 * MIB)), 4, 8 * MIB);
    EXPECT(move_break(-(intptr_t)(8 * MIB)) == end + 8 * MIB && sbrk(0) == end);
    EXPECT(!brk(end + 1000));
    EXPECT(sbrk(0) == end + 1000 && !brk(end) && sbrk(0) == end);
    errno = 0;
    EXPECT(brk((void *)((uintptr_t)1 << 60)) == -1 && errno == ENOMEM && sbrk(0) == end);
    errno = 0;
    EXPECT(sbrk((intptr_t)1 << 60) == (void *)-1 && errno == ENOMEM && sbrk(0) == end);
    EXPECT(!brk(NULL) && sbrk(0) == end); /* below its start: is ignored */
    map_second(64 * MIB);
    churn(2000);
    KEEP(block);
    tell("hold_large", 64 * MIB);
    tell("move_break", 16 * MIB + (size_t)3000 * 4096);
    tell("map_second", 64 * MIB);
}

/* Resident when the call returns: the mark has risen before the mapping is known. */
NOINLINE char *map_populated(size_t size);
NOINLINE char *map_populated(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    EXPECT(memory != MAP_FAILED);
    return memory;
}

/* The time after which a mark that rises is taken up, although the program holds ever more: WAIT_NS of pmpi/heap/peak.c. */
static void let_time_pass(void)
{
    clock_t until = clock() + CLOCKS_PER_SEC / 50;

    while (clock() < until)
        churn(10);
}

static void populates(void)
{
    char *block = hold_large(64 * MIB), *first, *second;

    let_time_pass();
    first = map_populated(64 * MIB);
    let_time_pass();
    second = map_populated(32 * MIB);
    let_time_pass();
    KEEP(block);
    KEEP(first);
    KEEP(second);
    tell("hold_large", 64 * MIB);
    tell("map_populated", 96 * MIB);
}

int main(int argc, char **argv)
{
    static const struct held_case all[] = {
        {"discard", discards}, {"reserve", reserves}, {"reserve-much", reserves_much}, {"trim", trims},   {"remap", remaps},
        {"replace", replaces}, {"refused", refused},  {"break", breaks},     {"populate", populates},
    };

    return run_case(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
