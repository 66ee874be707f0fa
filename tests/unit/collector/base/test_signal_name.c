/* SPDX-License-Identifier: MIT */
/* Names of signals: the same as in kill -l. */
#include "collector/base/signal_name.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(mw_signal_name(1), "SIGHUP");
    assert_string_equal(mw_signal_name(SIGSEGV), "SIGSEGV");
    assert_string_equal(mw_signal_name(SIGIOT), "SIGABRT");
    assert_string_equal(mw_signal_name(SIGIO), "SIGPOLL");
    assert_string_equal(mw_signal_name(SIGSYS), "SIGSYS");
}

/* Each signal below the first real-time one has a name, and no two have the same. */
static void test_all(void **state)
{
    (void)state;
    for (int signo = 1; signo <= SIGSYS; signo++) {
        assert_non_null(mw_signal_name(signo));
        for (int other = 1; other < signo; other++)
            assert_string_not_equal(mw_signal_name(signo), mw_signal_name(other));
    }
}

static void test_no_name(void **state)
{
    static const int unnamed[] = {INT_MIN, -1, 0, SIGSYS + 1, 64, 65, INT_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(unnamed) / sizeof(unnamed[0]); i++)
        assert_null(mw_signal_name(unnamed[i]));
    assert_null(mw_signal_name(SIGRTMIN));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
