/* SPDX-License-Identifier: MIT */
/* Journals that are kept open: what is restored, and what happens if there is no memory. */
#include "launcher/sample/held.h"

#include "tests/unit/no_memory.h"
#include "tests/unit/synthetic.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define FILES 40 /* the array grows twice */

static size_t open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* The journals of another host: they are files. */
static const char *name_of(int i)
{
    static char name[64];

    snprintf(name, sizeof(name), "journal-0000000000001234-elsewhere-%d", 1000 + i);
    return name;
}

static void removed_files_are_restored(void **state)
{
    struct synthetic_dir dir;
    struct mw_held held = {0};

    (void)state;
    synthetic_make(&dir);
    for (int i = 0; i < FILES; i++) {
        synthetic_put(&dir, name_of(i), "MEMWATCH", 8);
        mw_held_add(&held, dir.fd, name_of(i));
    }
    assert_int_equal(held.count, FILES);
    assert_int_equal(unlinkat(dir.fd, name_of(3), 0), 0);
    assert_int_equal(unlinkat(dir.fd, name_of(39), 0), 0);
    assert_int_equal(mw_held_restore(&held, dir.fd), 2); /* the others are still there */
    assert_int_equal(faccessat(dir.fd, name_of(3), R_OK, 0), 0);
    assert_int_equal(faccessat(dir.fd, name_of(39), R_OK, 0), 0);
    mw_held_fini(&held);
    synthetic_remove(&dir);
}

static void without_memory_a_file_is_not_kept(void **state)
{
    struct synthetic_dir dir;
    struct mw_held held = {0};
    size_t before;

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, name_of(0), "MEMWATCH", 8);
    before = open_descriptors();
    no_memory_begin();
    mw_held_add(&held, dir.fd, name_of(0));
    no_memory_end();
    assert_int_equal(held.count, 0);
    assert_int_equal(open_descriptors(), before);
    mw_held_add(&held, dir.fd, name_of(0));
    assert_int_equal(held.count, 1);
    mw_held_fini(&held);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removed_files_are_restored),
        cmocka_unit_test(without_memory_a_file_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
