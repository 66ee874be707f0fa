/* SPDX-License-Identifier: MIT */
/* A reservation of 1 TiB with a few touched pages: what is resident, and in how much work. */
#include "pmpi/heap/sparse.h"

#include "pmpi/heap/memory.h"

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

#define TIB ((size_t)1 << 40)
#define MIB ((size_t)1 << 20)

static size_t page;
static char *memory;

static int reserve(void **state)
{
    (void)state;
    page = mw_heap_page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    memory = mmap(NULL, TIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        memory = NULL; /* a limit, or no overcommit */
    else
        madvise(memory, TIB, MADV_NOHUGEPAGE);
    return 0;
}

static int release(void **state)
{
    (void)state;
    if (memory)
        munmap(memory, TIB);
    return 0;
}

static void skip_without_memory(void)
{
    skip_if_emulated();
    if (!memory)
        skip();
}

static uint64_t scanned(size_t from, size_t to)
{
    uint64_t resident;

    if (!mw_heap_sparse_scan((uintptr_t)memory + from, (uintptr_t)memory + to, &resident))
        skip(); /* before Linux 6.7 */
    return resident;
}

static uint64_t read_smaps(size_t from, size_t to)
{
    uint64_t resident;

    assert_true(mw_heap_sparse_read_smaps((uintptr_t)memory + from, (uintptr_t)memory + to, &resident));
    return resident;
}

static void untouched(void **state)
{
    (void)state;
    skip_without_memory();
    assert_int_equal(read_smaps(0, TIB), 0);
    assert_int_equal(scanned(0, TIB), 0);
}

static void touched(void **state)
{
    (void)state;
    skip_without_memory();
    memset(memory + 3 * MIB, 1, 5 * MIB);
    memset(memory + TIB / 2, 1, 7 * MIB);
    memory[TIB - 1] = 1;
    assert_int_equal(read_smaps(0, TIB), 12 * MIB + page);
    assert_int_equal(scanned(0, TIB), 12 * MIB + page);
    assert_int_equal(scanned(4 * MIB, TIB / 2 + MIB), 5 * MIB);
    assert_int_equal(read_smaps(4 * MIB, 6 * MIB), 2 * MIB); /* a bound */
    assert_true(read_smaps(4 * MIB, TIB / 2 + MIB) == 12 * MIB + page);
}

/* More pieces than one question has room for. */
static void every_second_page(void **state)
{
    (void)state;
    skip_without_memory();
    for (size_t i = 0; i < 1000; i += 2)
        memory[TIB / 4 + i * page] = 1;
    assert_int_equal(scanned(0, TIB), 500 * page);
    assert_int_equal(scanned(TIB / 4 + 1 * page, TIB / 4 + 998 * page), 498 * page);
}

/* A page that was only read is the kernel's zero page, which is not resident; kernels of some virtual machines have none. */
static void pages_that_were_read(void **state)
{
    volatile char sum = 0;

    (void)state;
    skip_without_memory();
    for (size_t i = 0; i < 100; i++)
        sum = (char)(sum + memory[i * page]);
    assert_int_equal(scanned(0, TIB), read_smaps(0, TIB));
    assert_true(read_smaps(0, TIB) == 0 || read_smaps(0, TIB) == 100 * page);
}

/* Not all the pages of the range are looked at, of which there are 268 million. */
static void bounded_work(void **state)
{
    uint64_t before = mw_heap_memory_pages;

    (void)state;
    skip_without_memory();
    memset(memory + TIB / 3 / page * page, 1, 64 * MIB);
    assert_int_equal(mw_heap_memory_resident((uintptr_t)memory, TIB), 64 * MIB);
    assert_true(mw_heap_memory_pages - before < 4 << 20);
}

static void what_is_not_mapped(void **state)
{
    uint64_t resident;

    (void)state;
    skip_without_memory();
    memset(memory + MIB, 1, MIB);
    munmap(memory + TIB / 8, TIB / 2);
    assert_int_equal(scanned(0, TIB), MIB);
    assert_int_equal(read_smaps(0, TIB), MIB);
    if (mw_heap_sparse_scan(0, UINTPTR_MAX & ~(page - 1), &resident)) /* addresses of the kernel: refused, or not there */
        assert_true(resident > MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(untouched, reserve, release),
        cmocka_unit_test_setup_teardown(touched, reserve, release),
        cmocka_unit_test_setup_teardown(every_second_page, reserve, release),
        cmocka_unit_test_setup_teardown(pages_that_were_read, reserve, release),
        cmocka_unit_test_setup_teardown(bounded_work, reserve, release),
        cmocka_unit_test_setup_teardown(what_is_not_mapped, reserve, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
