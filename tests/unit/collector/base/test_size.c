/* SPDX-License-Identifier: MIT */
/* Sizes as users write them. */
#include "collector/base/size.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text;
    uint64_t bytes; /* 0: refused */
} cases[] = {
    {"1", 1},
    {"512", 512},
    {"512B", 512},
    {"1K", 1024},
    {"1k", 1024},
    {"1KiB", 1024},
    {"1KB", 1000},
    {"512M", 512ull << 20},
    {"512 MiB", 512ull << 20},
    {"10MB", 10000000},
    {"8G", 8ull << 30},
    {"8gib", 8ull << 30},
    {"1.5G", 3ull << 29},
    {"2T", 2ull << 40},
    {"1P", 1ull << 50},
    {"", 0},
    {"0", 0},
    {"0.5", 0},
    {"G", 0},
    {".", 0},
    {"-1G", 0},
    {"+1G", 0},
    {"1e3", 0},
    {"inf", 0},
    {"0x10", 0},
    {"1.2.3", 0},
    {"8X", 0},
    {"8Gi", 0},
    {"8Gx", 0},
    {"8 G B", 0},
    {"99999999999P", 0},
};

static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t bytes = 7;
        struct mw_err err = {""};
        int result = mw_size_parse(cases[i].text, &bytes, &err);
        if (result != (cases[i].bytes ? 0 : -1) || (cases[i].bytes && bytes != cases[i].bytes))
            fail_msg("'%s': %d, %llu bytes", cases[i].text, result, (unsigned long long)bytes);
        assert_int_equal(result < 0, err.text[0] != '\0');
        if (result < 0)
            assert_int_equal(bytes, 7); /* untouched */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
