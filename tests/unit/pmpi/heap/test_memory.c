/* SPDX-License-Identifier: MIT */
/* Which bytes of a range are resident: pages that were touched, or not, or are not mapped, and both ends of a range. */
#include "pmpi/heap/memory.h"

#include "pmpi/base/syscalls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

static size_t page;

static int read_page_size(void **state)
{
    (void)state;
    page = mw_heap_page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    return 0;
}

static char *map(size_t pages)
{
    char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(memory != MAP_FAILED);
    madvise(memory, pages * page, MADV_NOHUGEPAGE);
    return memory;
}

static uint64_t resident(const char *start, size_t size)
{
    return mw_heap_memory_resident((uintptr_t)start, size);
}

static void touched_or_not(void **state)
{
    char *memory = map(64);

    (void)state;
    skip_if_emulated();
    assert_int_equal(resident(memory, 64 * page), 0);
    for (int i = 0; i < 64; i += 3)
        memory[(size_t)i * page + 17] = 1;
    assert_int_equal(resident(memory, 64 * page), 22 * page);
    for (size_t from = 0; from < 64; from++)
        for (size_t to = from + 1; to <= 64; to++)
            assert_int_equal(resident(memory + from * page, (to - from) * page), ((to + 2) / 3 - (from + 2) / 3) * page);
    madvise(memory, 32 * page, MADV_DONTNEED);
    assert_int_equal(resident(memory, 64 * page), 11 * page);
    munmap(memory, 64 * page);
}

/* A page that is only read is the kernel's zero page, which is in no process's RSS; that it counts errs by no more than the
 * pages that a program reads and never writes. What must hold: it counts at most once. */
static void never_more_than_the_size(void **state)
{
    char *memory = map(16);
    volatile char sum = 0;

    (void)state;
    for (size_t i = 0; i < 16; i++)
        sum = (char)(sum + memory[i * page]);
    assert_true(resident(memory, 16 * page) <= 16 * page);
    memset(memory, 1, 16 * page);
    for (size_t start = 0; start < 2 * page; start += 511)
        for (size_t size = 1; size < 14 * page; size += 777)
            assert_int_equal(resident(memory + start, size), size);
    munmap(memory, 16 * page);
}

static void unaligned_ends(void **state)
{
    char *memory = map(4);

    (void)state;
    skip_if_emulated();
    memory[page] = 1; /* the second of four */
    assert_int_equal(resident(memory + page + 16, 100), 100);
    assert_int_equal(resident(memory + page + 16, page - 16), page - 16);
    assert_int_equal(resident(memory + 16, page - 16), 0);
    assert_true(resident(memory + page / 2, page) <= page);
    assert_int_equal(resident(memory + page / 2, 3 * page), page);
    assert_int_equal(resident(memory, 0), 0);
    munmap(memory, 4 * page);
}

/* Where parts are not mapped, each hole in turn. */
static void holes(void **state)
{
    (void)state;
    for (size_t hole = 0; hole < 33; hole++) {
        char *memory = map(33);
        memset(memory, 1, 33 * page);
        munmap(memory + hole * page, page);
        assert_int_equal(resident(memory, 33 * page), 32 * page);
        munmap(memory, 33 * page);
        assert_int_equal(resident(memory, 33 * page), 0);
    }
}

/* More than one question to the kernel, which is for 64 MiB at once. */
static void large_ranges(void **state)
{
    size_t pages = (200u << 20) / page;
    char *memory = map(pages);
    uint64_t before = mw_heap_memory_pages;

    (void)state;
    skip_if_emulated();
    memory[0] = memory[pages / 2 * page] = memory[(pages - 1) * page] = 1;
    assert_int_equal(resident(memory, pages * page), 3 * page);
    assert_int_equal(mw_heap_memory_pages - before, pages);
    munmap(memory, pages * page);
}

static void reserved_memory_is_zero(void **state)
{
    const size_t size = 64u << 20;
    char *memory = mw_heap_memory_reserve(size);

    (void)state;
    assert_non_null(memory);
    assert_int_equal(memory[0], 0);
    memory[size - 1] = 1;
    assert_true(resident(memory, size) <= 2 * page || getenv("MW_TEST_EMULATOR"));
    assert_null(mw_heap_memory_reserve((size_t)1 << 60));
    munmap(memory, size);
}

static void without_system_calls(void **state)
{
    (void)state;
    mw_syscalls_over = true;
    assert_int_equal(mw_heap_memory_resident(0x10000, 12345), 12345);
    mw_syscalls_over = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touched_or_not),       cmocka_unit_test(never_more_than_the_size),
        cmocka_unit_test(unaligned_ends),       cmocka_unit_test(holes),
        cmocka_unit_test(large_ranges),         cmocka_unit_test(reserved_memory_is_zero),
        cmocka_unit_test(without_system_calls),
    };

    return cmocka_run_group_tests(tests, read_page_size, NULL);
}
