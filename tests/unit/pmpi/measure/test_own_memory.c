/* SPDX-License-Identifier: MIT */
/* What counts as memwatch's memory, from the pages of this process. */
#include "pmpi/measure/own_memory.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/measure/meter.h"
#include "pmpi/rank/rank.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

struct mw_rank mw_rank;

static unsigned looks;
static size_t page;
static volatile char *memory;

/* ---- what own_memory.c calls ---- */

void mw_lock_disable_cancel(void)
{
}

void mw_lock_restore_cancel(void)
{
}

int mw_meter_open_high(const char *name, int flags)
{
    assert_string_equal(name, "/proc/self/pagemap");
    looks++;
    return open(name, flags | O_CLOEXEC);
}

static bool has_pagemap(void)
{
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int make_journal(void **state)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    memory = mmap(NULL, mw_journal_length(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    madvise((void *)memory, mw_journal_length(), MADV_NOHUGEPAGE);
    mw_journal_place(&mw_rank.journal, (void *)memory);
    mw_rank.journal.ident->page_bytes = page;
    mw_syscalls_over = false;
    looks = 0;
    *state = NULL;
    return 0;
}

static int free_journal(void **state)
{
    (void)state;
    munmap((void *)memory, mw_journal_length());
    return 0;
}

static uint64_t own(void)
{
    return mw_rank.journal.cost->shim_bytes;
}

#define NEEDS_PAGEMAP()     \
    do {                    \
        skip_if_emulated(); \
        if (!has_pagemap()) \
            skip();         \
    } while (0)

static void pages_of_the_journal_that_are_in_memory(void **state)
{
    size_t last = mw_journal_length() / page - 1, touched = last * 8 / 10; /* 4 KiB more than are requested at a time */
    uint64_t before;

    (void)state;
    NEEDS_PAGEMAP();
    mw_own_memory_start(0);
    before = own();
    assert_true(before >= page && before % page == 0 && before < 16 * page);
    for (size_t i = 0; i < touched; i++)
        memory[(last - i) * page] = 1;
    mw_own_memory_measure();
    assert_int_equal(own(), before + touched * page);
    for (size_t i = touched; i < touched + 2; i++)
        (void)
            memory[(last - i) * page]; /* the zero page, which is not part of RSS; kernels of some virtual machines have none */
    mw_own_memory_measure();
    if (own() != before + (touched + 2) * page)
        assert_int_equal(own(), before + touched * page);
    before = own();
    madvise((void *)(memory + (last - 5) * page), 5 * page, MADV_DONTNEED);
    mw_own_memory_measure(); /* the maximum so far */
    assert_int_equal(own(), before);
}

/* Without a library whose pages can be counted, the growth of RSS at the start is added. */
static void what_was_grown_before(void **state)
{
    uint64_t without;

    (void)state;
    NEEDS_PAGEMAP();
    mw_own_memory_start(0);
    without = own();
    mw_rank.journal.cost->shim_bytes = 0;
    mw_own_memory_start(123456);
    assert_int_equal(own(), without + 123456);
}

static void walked_stacks_are_looked_at_ever_less_often(void **state)
{
    unsigned before;

    (void)state;
    mw_own_memory_start(0);
    before = looks;
    for (int i = 0; i < 15; i++)
        mw_own_memory_walked();
    assert_int_equal(looks, before);
    mw_own_memory_walked();
    assert_int_equal(looks, before + 1);
    for (int i = 16; i < 100000; i++)
        mw_own_memory_walked();
    assert_int_equal(looks, before + 13); /* 16 x 2^12 = 65536 */
}

/* No system calls: all used parts of the journal, and the growth of RSS. */
static void in_a_sandbox(void **state)
{
    (void)state;
    mw_own_memory_start(5000);
    mw_rank.journal.cost->shim_bytes = 0;
    looks = 0;
    mw_syscalls_over = true;
    mw_own_memory_measure();
    assert_int_equal(own(), mw_journal_memory(&mw_rank.journal) + 5000);
    assert_int_equal(looks, 0);
    assert_int_equal(mw_syscalls_running, 0);
}

static void no_size_of_pages(void **state)
{
    (void)state;
    mw_rank.journal.ident->page_bytes = 0;
    mw_own_memory_start(7);
    assert_int_equal(own(), mw_journal_memory(&mw_rank.journal) + 7);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_journal, free_journal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_of_the_journal_that_are_in_memory),
        TEST(what_was_grown_before),
        TEST(walked_stacks_are_looked_at_ever_less_often),
        TEST(in_a_sandbox),
        TEST(no_size_of_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
