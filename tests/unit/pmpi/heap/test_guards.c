/* SPDX-License-Identifier: MIT */
/* Guards in a mapping, made as new C libraries make them for stacks of threads: each range that follows one is found. */
#include "pmpi/heap/guards.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#define MIB ((size_t)1 << 20)
#define ROOM 200

static size_t page;
static char *memory;
static int pagemap;
static struct {
    uintptr_t start[ROOM], end[ROOM];
    size_t count;
} found;

static void note(void *context, uintptr_t start, uintptr_t end)
{
    assert_ptr_equal(context, &found);
    assert_true(found.count < ROOM);
    found.start[found.count] = start;
    found.end[found.count++] = end;
}

static void find(size_t size)
{
    found.count = 0;
    mw_heap_guards_each(pagemap, (uintptr_t)memory, (uintptr_t)memory + size, note, &found);
}

static int begin(void **state)
{
    (void)state;
    page = (size_t)sysconf(_SC_PAGESIZE);
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    memory = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    munmap(memory, 8 * MIB);
    close(pagemap);
    return 0;
}

/* Skips the test on kernels that have no guards, or do not tell where they are. */
static void guard(size_t offset, size_t size)
{
    if (madvise(memory + offset, size, MADV_GUARD_INSTALL))
        skip();
    find(8 * MIB);
    if (!found.count)
        skip();
}

static void no_guard(void **state)
{
    (void)state;
    memset(memory, 1, 4 * MIB);
    find(8 * MIB);
    assert_int_equal(found.count, 0);
}

static void ranges_between_guards(void **state)
{
    (void)state;
    memset(memory, 1, 4 * MIB);
    guard(MIB, page);
    guard(3 * MIB, 4 * page);
    guard(5 * MIB, page);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.start[0], (uintptr_t)memory + MIB + page);
    assert_int_equal(found.end[0], (uintptr_t)memory + 3 * MIB);
    assert_int_equal(found.start[1], (uintptr_t)memory + 3 * MIB + 4 * page);
    assert_int_equal(found.end[1], (uintptr_t)memory + 5 * MIB);
    assert_int_equal(found.end[2], (uintptr_t)memory + 8 * MIB);
    find(2 * MIB);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.end[0], (uintptr_t)memory + 2 * MIB);
}

/* More than fit in one answer of the kernel. */
static void many_guards(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100; i++)
        guard(2 * i * page * 4, page);
    assert_int_equal(found.count, 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(found.start[i], (uintptr_t)memory + (8 * i + 1) * page);
        assert_int_equal(found.end[i], (uintptr_t)memory + (i < 99 ? 8 * (i + 1) * page : 8 * MIB));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_guard, begin, end),
        cmocka_unit_test_setup_teardown(ranges_between_guards, begin, end),
        cmocka_unit_test_setup_teardown(many_guards, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
