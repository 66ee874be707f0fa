/* SPDX-License-Identifier: MIT */
/* Signs in ASCII, in as many columns. */
#include "collector/base/ascii.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, const char *ascii)
{
    char *got = NULL;
    size_t size;
    FILE *out = open_memstream(&got, &size);
    struct mw_ascii one = mw_ascii_begin(out, true);

    fputs(text, one.stream);
    mw_ascii_end(&one);
    fclose(out);
    assert_string_equal(got, ascii);
    free(got);
}

static void test_signs(void **state)
{
    (void)state;
    expect("", "");
    expect("= 3.1 MiB  ≥ 4.0 MiB  ≤ 5.0 MiB  ~ 6 KiB ± 12 KiB", "= 3.1 MiB  >=4.0 MiB  <=5.0 MiB  ~ 6 KiB +-12 KiB");
    expect("a.c:1 Init → :2 Bcast  main ← run", "a.c:1 Init-> :2 Bcast  main<- run");
    expect("≥→←±", ">><~");
    expect("██▋ 3.5 µs · late…Finalize ✗ –", "### 3.5 us | late~Finalize x -");
    expect("caf\u00e9 \U0001f600", "caf? ??");
    expect("\x80\xff", "??");
}

static void test_plain(void **state)
{
    struct mw_ascii one = mw_ascii_begin(stderr, false);

    (void)state;
    assert_ptr_equal(one.stream, stderr);
    mw_ascii_end(&one);
}

static void test_wanted(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    assert_false(mw_ascii_is_wanted());
    setenv("LC_ALL", "C.UTF-8", 1);
    assert_false(mw_ascii_is_wanted());
    setenv("LC_ALL", "C", 1);
    assert_true(mw_ascii_is_wanted());
    setenv("LC_ALL", "POSIX", 1);
    assert_true(mw_ascii_is_wanted());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signs), cmocka_unit_test(test_plain),
                                       cmocka_unit_test(test_wanted)};

    return cmocka_run_group_tests_name("ascii", tests, NULL, NULL);
}
