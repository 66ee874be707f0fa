/* SPDX-License-Identifier: MIT */
/* The file names of repeated runs. */
#include "launcher/run/repeat.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const char *path, const char *name)
{
    char *text = mw_repeat_name(path, 2);

    assert_string_equal(text, name);
    free(text);
}

static void test_names(void **state)
{
    (void)state;
    expect("run.json", "run.2.json");
    expect("base/run.json", "base/run.2.json");
    expect("heap.pb.gz", "heap.2.pb.gz");
    expect("heap.gz", "heap.2.gz");
    expect("report", "report.2");
    expect("v1.5/report", "v1.5/report.2");
    expect(".hidden", ".hidden.2");
    expect("dir/.hidden", "dir/.hidden.2");
    expect("end.", "end.2.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

    return cmocka_run_group_tests_name("repeat", tests, NULL, NULL);
}
