/* SPDX-License-Identifier: MIT */
/* Symbols found without dlsym(), and descriptors that no longer belong to the library. */
#include "pmpi/base/elf_find.h"
#include "pmpi/base/own_fd.h"
#include "pmpi/base/syscalls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void finds_what_dlsym_finds(void **state)
{
    static const char *const names[] = {"prctl", "syscall", "getenv", "environ", "qsort", "cmocka_unit_test_nothing"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_ptr_equal(mw_elf_find_symbol(names[i], true), dlsym(RTLD_NEXT, names[i]));
}

static void finds_the_same_early(void **state)
{
    static const char *const names[] = {"malloc", "calloc", "realloc", "free", "mmap", "qsort", "cmocka_unit_test_nothing"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_ptr_equal(mw_elf_find_next_early(names[i]), mw_elf_find_symbol(names[i], true));
}

static void finds_nothing_where_there_is_none(void **state)
{
    (void)state;
    assert_null(mw_elf_find_next_early("no_object_defines_this"));
    assert_null(mw_elf_find_symbol("no_object_defines_this", false));
    assert_null(mw_elf_find_symbol("", false));
}

static void a_descriptor_is_ours_until_it_is_replaced(void **state)
{
    struct mw_own_fd own;
    int other = open("/proc/self/status", O_RDONLY);

    (void)state;
    assert_true(mw_own_fd_take(&own, open("/proc/self/statm", O_RDONLY)));
    assert_true(mw_own_fd_is_ours(&own));
    assert_int_equal(dup2(other, own.fd), own.fd);
    assert_false(mw_own_fd_is_ours(&own));
    int number = own.fd;
    mw_own_fd_close(&own);
    assert_int_equal(own.fd, -1);
    assert_true(fcntl(number, F_GETFD) >= 0);
    close(number);
    close(other);
}

static void closed_ones_and_none_are_not_ours(void **state)
{
    struct mw_own_fd own;

    (void)state;
    assert_false(mw_own_fd_take(&own, -1));
    assert_false(mw_own_fd_is_ours(&own));
    assert_true(mw_own_fd_take(&own, open("/dev/null", O_RDONLY)));
    close(own.fd);
    assert_false(mw_own_fd_is_ours(&own));
    mw_own_fd_close(&own);
}

/* The last test: it cannot be undone. */
static void system_calls_end_once_and_for_all(void **state)
{
    (void)state;
    assert_true(mw_syscalls_begin());
    assert_true(mw_syscalls_begin());
    mw_syscalls_end();
    mw_syscalls_stop(); /* this thread is between the two itself: waits only so long */
    mw_syscalls_end();
    assert_true(mw_syscalls_are_over());
    assert_false(mw_syscalls_begin());
    assert_int_equal(mw_syscalls_running, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_dlsym_finds),
        cmocka_unit_test(finds_the_same_early),
        cmocka_unit_test(finds_nothing_where_there_is_none),
        cmocka_unit_test(a_descriptor_is_ours_until_it_is_replaced),
        cmocka_unit_test(closed_ones_and_none_are_not_ours),
        cmocka_unit_test(system_calls_end_once_and_for_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
