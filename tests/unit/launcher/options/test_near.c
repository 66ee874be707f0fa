/* SPDX-License-Identifier: MIT */
/* Which word was probably meant. */
#include "launcher/options/near.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const words[] = {"run", "runs", "report", "compare", "scale", "top", "doctor"};

static const char *meant(const char *word)
{
    struct mw_near near = {.word = word};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        mw_near_consider(&near, words[i]);
    return near.best;
}

static void test_near(void **state)
{
    (void)state;
    assert_string_equal(meant("rnu"), "run");       /* exchanged */
    assert_string_equal(meant("rus"), "run");       /* of two at one distance, the first */
    assert_string_equal(meant("reort"), "report");  /* left out */
    assert_string_equal(meant("toop"), "top");      /* inserted */
    assert_string_equal(meant("scole"), "scale");   /* replaced */
    assert_string_equal(meant("comp"), "compare");  /* the beginning */
    assert_string_equal(meant("dcotro"), "doctor"); /* two in six letters */
}

static void test_far(void **state)
{
    char long_word[200];

    (void)state;
    assert_null(meant("xyzzy"));
    assert_null(meant("rpt"));
    assert_null(meant("co")); /* too short to be a beginning */
    assert_null(meant(""));
    memset(long_word, 'a', sizeof(long_word) - 1);
    long_word[sizeof(long_word) - 1] = '\0';
    assert_null(meant(long_word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_near), cmocka_unit_test(test_far)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
