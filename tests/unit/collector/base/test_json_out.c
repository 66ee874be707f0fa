/* SPDX-License-Identifier: MIT */
/* Numbers in JSON: as short as possible without losing accuracy. */
#include "collector/base/clock.h"
#include "collector/base/json_out.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static char *text;
static size_t size;

static FILE *begin(void)
{
    free(text);
    return open_memstream(&text, &size);
}

static const char *seconds(uint64_t ns)
{
    FILE *out = begin();

    mw_json_out_seconds(out, ns);
    fclose(out);
    return text;
}

static const char *real(double value)
{
    FILE *out = begin();

    mw_json_out_double(out, value);
    fclose(out);
    return text;
}

static void test_seconds(void **state)
{
    (void)state;
    assert_string_equal(seconds(0), "0.0");
    assert_string_equal(seconds(764885324), "0.764885324");
    assert_string_equal(seconds(4300000000), "4.3");
    assert_string_equal(seconds(1), "0.000000001");
    assert_string_equal(seconds(90061 * MW_NS_PER_SEC + 10), "90061.00000001");
    assert_string_equal(seconds(UINT64_MAX), "18446744073.709551615");
}

static void test_decimals(void **state)
{
    FILE *out = begin();

    (void)state;
    mw_json_out_decimal(out, 1500, 3);
    putc(' ', out);
    mw_json_out_decimal(out, 100000000, 6);
    putc(' ', out);
    mw_json_out_decimal(out, UINT64_MAX, 18);
    fclose(out);
    assert_string_equal(text, "1.5 100.0 18.446744073709551615");
}

static void test_reals(void **state)
{
    (void)state;
    assert_string_equal(real(0), "0.0");
    assert_string_equal(real(0.76488532399999998), "0.764885324");
    assert_string_equal(real(1.0 / 3), "0.333333333");
    assert_string_equal(real(-2.5), "-2.5");
    assert_string_equal(real(57170602.0 + 2.0 / 3), "57170602.7");
    assert_string_equal(real(123456789012.25), "123456789012.0"); /* all digits before the point */
    assert_string_equal(real(9007199254740991.0), "9007199254740991.0");
    assert_string_equal(real(NAN), "null");
    assert_string_equal(real(-INFINITY), "null");
}

/* A number that was read is written identically: reports of a record equal those of the run. */
static void test_rounded(void **state)
{
    (void)state;
    for (double value = 1e-12; value < 1e17; value *= 1.37) {
        double once = mw_json_out_rounded(value);
        assert_true(fabs(once - value) <= value * 5e-9);
        assert_true(mw_json_out_rounded(once) == once);
        assert_true(strtod(real(value), NULL) == once);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_rounded),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(text);
    return failed;
}
