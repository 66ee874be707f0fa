/* SPDX-License-Identifier: MIT */
/* Segments that are removed with their run, and those that nobody uses. */
#include "collector/journal/journal.h"
#include "collector/journal/segments.h"
#include "tests/unit/collector/journal/made_segments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void is_removed_with_its_run(void **state)
{
    struct made_run *run = made_run(), *other = made_run();

    (void)state;
    for (int i = 0; i < MADE_RANKS; i++)
        made_leave(run, i);
    unlinkat(run->dir.fd, run->names[0], 0);
    mw_segments_remove(run->dir.fd);
    for (int i = 0; i < MADE_RANKS; i++) {
        assert_false(made_segment_exists(run->ids[i]));
        assert_true(made_segment_exists(other->ids[i]));
    }
    made_overwrite(other, other->names[0], "x", 1);
    mw_segments_remove_file(other->dir.fd, other->names[0]);
    mw_segments_remove_file(other->dir.fd, other->names[1]);
    for (int i = 0; i < MADE_RANKS; i++)
        made_leave(other, i);
    assert_false(made_segment_exists(other->ids[0]));
    assert_false(made_segment_exists(other->ids[1]));
    assert_true(made_segment_exists(other->ids[2]));
    made_run_end(run);
    made_run_end(other);
}

/* Only segments that are not used and cannot be found any more. */
static void removes_leftovers(void **state)
{
    struct made_run *run = made_run();
    int half, whole = shmget(IPC_PRIVATE, mw_segment_size(mw_journal_length()), IPC_CREAT | 0600);
    char *bytes = shmat(whole, NULL, 0);

    (void)state;
    half = shmget(IPC_PRIVATE, mw_segment_size(mw_journal_length()), IPC_CREAT | 0600);
    bytes[7] = 1; /* another program's, of the same size */
    shmdt(bytes);
    made_leave(run, 0);
    made_leave(run, 1);
    mw_segments_sweep();
    assert_true(made_segment_exists(run->ids[0])); /* its directory exists */
    for (int i = 0; i < MADE_RANKS; i++)
        unlinkat(run->dir.fd, run->names[i], 0);
    assert_int_equal(rmdir(run->dir.path), 0);
    mw_segments_sweep();
    assert_false(made_segment_exists(run->ids[0]));
    assert_false(made_segment_exists(run->ids[1]));
    assert_true(made_segment_exists(run->ids[2])); /* a rank lives */
    assert_true(made_segment_exists(whole));
    assert_true(made_segment_exists(half)); /* just created */
    shmctl(whole, IPC_RMID, NULL);
    shmctl(half, IPC_RMID, NULL);
    mkdir(run->dir.path, 0700);
    made_run_end(run);
}

/* If a path has another meaning here, the directory may exist there. */
static void keeps_segments_of_other_directories(void **state)
{
    struct made_run *run = made_run();
    struct mw_segment_head *head = (struct mw_segment_head *)(uintptr_t)mw_segment_of(run->journals[0].head);

    (void)state;
    assert_true(head->root != 0);
    head->root++;
    snprintf(head->directory, sizeof(head->directory), "/nowhere/memwatch-0-0123456789abcdef");
    made_leave(run, 0);
    mw_segments_sweep();
    assert_true(made_segment_exists(run->ids[0]));
    made_run_end(run);
}

/* But the user may name them, unless a rank is alive. */
static void removes_what_is_named(void **state)
{
    struct made_run *run = made_run();
    struct mw_segment_head *head = (struct mw_segment_head *)(uintptr_t)mw_segment_of(run->journals[0].head);
    struct mw_names names = {0};
    char named[sizeof(head->directory)];
    size_t used;

    (void)state;
    snprintf(named, sizeof(named), "/elsewhere/%s", strrchr(run->dir.path, '/') + 1);
    head->root++;
    snprintf(head->directory, sizeof(head->directory), "%s", named);
    made_leave(run, 0);
    mw_segments_add_foreign(&names);
    assert_int_equal(names.count, 1);
    assert_string_equal(names.items[0], named);
    mw_names_fini(&names);
    assert_int_equal(mw_segments_remove_named(named, &used), 0);
    assert_int_equal(used, MADE_RANKS - 1);
    assert_true(made_segment_exists(run->ids[0]));
    for (int i = 1; i < MADE_RANKS; i++)
        made_leave(run, i);
    assert_int_equal(mw_segments_remove_named("/elsewhere/memwatch-0-0123456789abcdef", &used), 0);
    assert_int_equal(used, 0);
    assert_int_equal(mw_segments_remove_named(named, &used), MADE_RANKS);
    for (int i = 0; i < MADE_RANKS; i++)
        assert_false(made_segment_exists(run->ids[i]));
    made_run_end(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_removed_with_its_run),
        cmocka_unit_test(removes_leftovers),
        cmocka_unit_test(keeps_segments_of_other_directories),
        cmocka_unit_test(removes_what_is_named),
    };

    if (!made_segments_possible())
        return 77; /* skipped */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
