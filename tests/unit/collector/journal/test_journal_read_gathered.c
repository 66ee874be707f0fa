/* SPDX-License-Identifier: MIT */
/* Several records in one file, as MPI_Finalize gathers them. */
#include "collector/journal/read.h"
#include "tests/unit/collector/journal/made_record.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Three records; the second one's magic is broken: the third is still found. */
static void test_gathered(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal_read j;
    struct mw_err err;
    size_t size;
    char *bytes = made_record(&size), *all = malloc(3 * size);
    off_t offset = 0;
    int fd;

    (void)state;
    for (int i = 0; i < 3; i++)
        memcpy(all + (size_t)i * size, bytes, size);
    all[size] = 'x';
    synthetic_make(&dir);
    synthetic_put(&dir, "gathered", all, 3 * size);
    fd = openat(dir.fd, "gathered", O_RDONLY);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 1);
    mw_journal_read_fini(&j);
    assert_int_equal(offset, size);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), -1);
    assert_int_equal(offset, 2 * size);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 1);
    mw_journal_read_fini(&j);
    assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 0);
    close(fd);
    synthetic_remove(&dir);
    free(all);
    free(bytes);
}

static void test_gathered_cut(void **state)
{
    struct synthetic_dir dir;
    size_t size;
    char *bytes = made_record(&size);
    int fd;

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "gathered", bytes, size);
    fd = openat(dir.fd, "gathered", O_RDWR);
    for (off_t length = (off_t)size; length-- > 0;) {
        struct mw_journal_read j;
        off_t offset = 0;
        int rounds = 0, found;
        assert_int_equal(ftruncate(fd, length), 0);
        while ((found = mw_journal_read_next(&j, fd, &offset, NULL)) != 0) {
            if (found > 0)
                mw_journal_read_fini(&j);
            assert_true(++rounds < 10);
        }
        assert_true(offset <= length);
    }
    close(fd);
    synthetic_remove(&dir);
    free(bytes);
}

/* A file of 1 TiB that is empty except for a record at its end: holes take no time. */
static void test_gathered_sparse(void **state)
{
    const off_t at = (off_t)1 << 40;
    struct synthetic_dir dir;
    struct mw_journal_read j;
    struct mw_err err;
    size_t size;
    char *bytes = made_record(&size);
    off_t offset = 0;
    int fd;

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "gathered", "", 0);
    fd = openat(dir.fd, "gathered", O_RDWR);
    if (pwrite(fd, bytes, size, at) == (ssize_t)size) { /* not supported everywhere */
        assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), -1);
        assert_true(strstr(err.text, "not a memwatch journal") != NULL);
        assert_int_equal(offset, at);
        assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 1);
        mw_journal_read_fini(&j);
        assert_int_equal(mw_journal_read_next(&j, fd, &offset, &err), 0);
    }
    close(fd);
    synthetic_remove(&dir);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gathered),
        cmocka_unit_test(test_gathered_cut),
        cmocka_unit_test(test_gathered_sparse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
