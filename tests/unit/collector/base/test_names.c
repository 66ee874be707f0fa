/* SPDX-License-Identifier: MIT */
/* The list of a directory's names, also if there is no memory: it is used while a job runs. */
#include "collector/base/names.h"

#include "tests/unit/no_memory.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FILES 20 /* the list grows several times */

static void put_files(const struct synthetic_dir *dir)
{
    char name[32];

    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "view-%d", 100 + i * 7 % FILES);
        synthetic_put(dir, name, "", 0);
    }
    synthetic_put(dir, "journal-1", "", 0);
}

static void lists_what_begins_so(void **state)
{
    struct synthetic_dir dir;
    struct mw_names names;
    char name[32];

    (void)state;
    synthetic_make(&dir);
    put_files(&dir);
    assert_int_equal(mw_names_list(&names, dir.fd, "view-", NULL), 0);
    assert_int_equal(names.count, FILES);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "view-%d", 100 + i);
        assert_string_equal(names.items[i], name);
    }
    assert_int_equal(mw_names_add(&names, "view-110"), 0); /* is there */
    assert_int_equal(mw_names_add(&names, "view-1105"), 0);
    assert_int_equal(mw_names_add(&names, "a"), 0);
    assert_int_equal(names.count, FILES + 2);
    assert_string_equal(names.items[0], "a");
    assert_string_equal(names.items[11], "view-110");
    assert_string_equal(names.items[12], "view-1105");
    mw_names_fini(&names);
    synthetic_remove(&dir);
}

/* Each allocation fails once; AddressSanitizer sees what is not freed then. */
static void without_memory_there_is_no_list(void **state)
{
    struct synthetic_dir dir;
    struct mw_names names;
    struct mw_err err;
    int failed = 0;

    (void)state;
    synthetic_make(&dir);
    put_files(&dir);
    for (int result = -1; result; failed++) {
        int before = no_memory_failures;
        no_memory_once(failed);
        result = mw_names_list(&names, dir.fd, "view-", &err);
        no_memory_end();
        assert_int_equal(result, no_memory_failures == before ? 0 : -1);
        assert_int_equal(names.count, result ? 0 : FILES);
        if (result)
            assert_string_equal(err.text, "cannot list the run directory: no memory");
    }
    assert_true(failed > FILES);
    mw_names_fini(&names);
    synthetic_remove(&dir);
}

static void without_memory_nothing_is_added(void **state)
{
    struct mw_names names = {0};

    (void)state;
    assert_int_equal(mw_names_add(&names, "b"), 0);
    for (int i = 0; i < 2; i++) {
        no_memory_once(i);
        assert_int_equal(mw_names_add(&names, "a"), -1);
        assert_int_equal(names.count, 1);
        assert_string_equal(names.items[0], "b");
    }
    no_memory_begin();
    assert_int_equal(mw_names_add(&names, "b"), 0); /* is there */
    no_memory_end();
    mw_names_fini(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_what_begins_so),
        cmocka_unit_test(without_memory_there_is_no_list),
        cmocka_unit_test(without_memory_nothing_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
