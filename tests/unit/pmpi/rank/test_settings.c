/* SPDX-License-Identifier: MIT */
/* Settings from the environment: an invalid value gives the default, and one line for each variable. */
#include "pmpi/rank/settings.h"

#include "collector/base/settings.h"
#include "pmpi/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char lines[16][256];
static int line_count;

void mw_log(const char *format, ...)
{
    va_list list;

    assert_true(line_count < 16);
    va_start(list, format);
    vsnprintf(lines[line_count++], sizeof(lines[0]), format, list);
    va_end(list);
}

static const char *const variables[] = {
#define MW_ROW(name, variable, minimum, maximum, default_value) variable,
    MW_SETTINGS(MW_ROW)
#undef MW_ROW
};

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < MW_SETTING_COUNT; i++)
        unsetenv(variables[i]);
    line_count = 0;
    return 0;
}

static void assert_defaults(struct mw_settings settings)
{
    assert_false(settings.exact);
    assert_true(settings.reset);
    assert_int_equal(settings.budget_ppm, 10000);
    assert_int_equal(settings.site_depth, 3);
    assert_true(settings.syscalls);
    assert_false(settings.gather);
}

static void nothing_set(void **state)
{
    (void)state;
    assert_defaults(mw_settings_read());
    for (size_t i = 0; i < MW_SETTING_COUNT; i++)
        setenv(variables[i], "", 1);
    assert_defaults(mw_settings_read());
    mw_settings_warn();
    assert_int_equal(line_count, 0);
}

static void each_is_read(void **state)
{
    struct mw_settings settings;

    (void)state;
    setenv("MEMWATCH_EXACT", "1", 1);
    setenv("MEMWATCH_RESET", "0", 1);
    setenv("MEMWATCH_OVERHEAD", "1000000", 1);
    setenv("MEMWATCH_SITE_DEPTH", "8", 1);
    setenv("MEMWATCH_SYSCALLS", "0", 1);
    setenv("MEMWATCH_GATHER", "1", 1);
    settings = mw_settings_read();
    assert_true(settings.exact);
    assert_false(settings.reset);
    assert_int_equal(settings.budget_ppm, 1000000);
    assert_int_equal(settings.site_depth, 8);
    assert_false(settings.syscalls);
    assert_true(settings.gather);
    setenv("MEMWATCH_SITE_DEPTH", "1", 1);
    setenv("MEMWATCH_OVERHEAD", "0", 1);
    settings = mw_settings_read();
    assert_int_equal(settings.site_depth, 1);
    assert_int_equal(settings.budget_ppm, 0);
    mw_settings_warn();
    assert_int_equal(line_count, 0);
}

static void garbage_gives_the_default_and_a_line_each(void **state)
{
    static const char *const garbage[] = {"yes",
                                          "20000000",
                                          "-1",
                                          "1x",
                                          "1 ",
                                          "0x1",
                                          "1.0",
                                          "--",
                                          " ",
                                          "99999999999999999999999999",
                                          "-99999999999999999999999999",
                                          "\377\376"};

    (void)state;
    for (size_t k = 0; k < sizeof(garbage) / sizeof(garbage[0]); k++) {
        line_count = 0;
        for (size_t i = 0; i < MW_SETTING_COUNT; i++)
            setenv(variables[i], garbage[k], 1);
        assert_defaults(mw_settings_read());
        mw_settings_warn();
        assert_int_equal(line_count, MW_SETTING_COUNT);
        for (size_t i = 0; i < MW_SETTING_COUNT; i++) {
            assert_non_null(strstr(lines[i], variables[i]));
            assert_ptr_equal(strchr(lines[i], '\n'), lines[i] + strlen(lines[i]) - 1);
        }
    }
}

static void the_line_says_what_is_taken_instead(void **state)
{
    char longer[3000];

    (void)state;
    setenv("MEMWATCH_SITE_DEPTH", "9", 1); /* maximum plus one */
    mw_settings_warn();
    assert_int_equal(line_count, 1);
    assert_string_equal(lines[0], "memwatch: MEMWATCH_SITE_DEPTH=9 is not an integer from 1 to 8: using 3\n");
    memset(longer, '7', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    setenv("MEMWATCH_SITE_DEPTH", longer, 1);
    mw_settings_warn();
    assert_true(strlen(lines[1]) < 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_set, set_up),
        cmocka_unit_test_setup(each_is_read, set_up),
        cmocka_unit_test_setup(garbage_gives_the_default_and_a_line_each, set_up),
        cmocka_unit_test_setup(the_line_says_what_is_taken_instead, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
