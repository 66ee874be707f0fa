/* SPDX-License-Identifier: MIT */
/* The folder of saved records: where it is, whose it must be, and what is removed. */
#include "launcher/saved/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char base[] = "/tmp/memwatch-test.XXXXXX";
static int base_fd;

static int set_up(void **state)
{
    (void)state;
    unsetenv("XDG_STATE_HOME");
    strcpy(base + sizeof(base) - 7, "XXXXXX");
    if (!mkdtemp(base))
        return -1;
    base_fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return setenv("HOME", base, 1);
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    close(base_fd);
    snprintf(command, sizeof(command), "rm -rf '%s'", base);
    return system(command);
}

static void make_file(int dirfd, const char *name, size_t size)
{
    int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    close(fd);
}

static bool exists(int dirfd, const char *name)
{
    return !faccessat(dirfd, name, F_OK, 0);
}

static void test_place(void **state)
{
    struct mw_saved_folder folder;
    struct stat st;
    char variable[64];

    (void)state;
    assert_int_equal(mw_saved_folder_open(&folder, false), -1);
    assert_int_equal(errno, ENOENT);
    assert_false(exists(base_fd, ".local"));
    assert_int_equal(mw_saved_folder_open(&folder, true), 0);
    assert_int_equal(fstatat(base_fd, ".local/state/memwatch", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    mw_saved_folder_close(&folder);
    assert_int_equal(mw_saved_folder_open(&folder, false), 0);
    mw_saved_folder_close(&folder);
    snprintf(variable, sizeof(variable), "%s/elsewhere", base);
    setenv("XDG_STATE_HOME", variable, 1);
    assert_int_equal(mw_saved_folder_open(&folder, true), 0);
    assert_true(exists(base_fd, "elsewhere/memwatch"));
    mw_saved_folder_close(&folder);
    setenv("XDG_STATE_HOME", "relative", 1); /* to be ignored, by the specification */
    assert_int_equal(mw_saved_folder_open(&folder, true), 0);
    assert_non_null(strstr(folder.path, "/.local/state/memwatch"));
    mw_saved_folder_close(&folder);
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_int_equal(mw_saved_folder_open(&folder, true), -1);
}

static void test_not_ours(void **state)
{
    struct mw_saved_folder folder;

    (void)state;
    assert_int_equal(mkdirat(base_fd, ".local", 0700), 0);
    assert_int_equal(mkdirat(base_fd, ".local/state", 0700), 0);
    assert_int_equal(mkdirat(base_fd, ".local/state/memwatch", 0700), 0);
    assert_int_equal(fchmodat(base_fd, ".local/state/memwatch", 0770, 0), 0);
    assert_int_equal(mw_saved_folder_open(&folder, true), -1);
    assert_int_equal(folder.fd, -1);
    assert_int_equal(fchmodat(base_fd, ".local/state/memwatch", 0750, 0), 0);
    assert_int_equal(mw_saved_folder_open(&folder, true), 0);
    mw_saved_folder_close(&folder);
    if (geteuid())
        return; /* the rest needs another user's files */
    assert_int_equal(fchownat(base_fd, ".local/state/memwatch", 65534, 65534, 0), 0);
    assert_int_equal(mw_saved_folder_open(&folder, true), -1);
    assert_int_equal(unlinkat(base_fd, ".local/state/memwatch", AT_REMOVEDIR), 0);
    assert_int_equal(fchownat(base_fd, ".local/state", 65534, 65534, 0), 0);
    assert_int_equal(mw_saved_folder_open(&folder, true), -1); /* root creates nothing in another user's home */
    assert_false(exists(base_fd, ".local/state/memwatch"));
}

static void test_list(void **state)
{
    struct mw_saved_folder folder;
    struct mw_names names;

    (void)state;
    assert_int_equal(mw_saved_folder_open(&folder, true), 0);
    make_file(folder.fd, "run-20261102-000000.000000000-1.json", 1);
    make_file(folder.fd, "run-20261101-000000.000000000-2.json", 1);
    make_file(folder.fd, ".run-20261103-000000.000000000-2.json.part", 1);
    make_file(folder.fd, "run-notes.txt", 1);
    make_file(folder.fd, "other.json", 1);
    assert_int_equal(mw_saved_folder_list(&folder, &names, NULL), 0);
    assert_int_equal(names.count, 2);
    assert_string_equal(names.items[1], "run-20261102-000000.000000000-1.json");
    mw_names_fini(&names);
    mw_saved_folder_close(&folder);
}

static void test_prune(void **state)
{
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 7200}, {.tv_sec = time(NULL) - 7200}};
    struct mw_saved_folder folder;

    (void)state;
    assert_int_equal(mw_saved_folder_open(&folder, true), 0);
    make_file(folder.fd, "run-1.json", 100);
    make_file(folder.fd, "run-2.json", 100);
    make_file(folder.fd, "run-3.json", 100);
    make_file(folder.fd, "run-4.json", 100);
    make_file(folder.fd, "other", 1000);
    make_file(folder.fd, ".run-5.json.part", 1);
    make_file(folder.fd, ".run-6.json.part", 1);
    utimensat(folder.fd, ".run-5.json.part", old, 0);
    mw_saved_folder_prune(&folder, 4, 400);
    assert_true(exists(folder.fd, "run-1.json"));
    assert_false(exists(folder.fd, ".run-5.json.part"));
    assert_true(exists(folder.fd, ".run-6.json.part")); /* is still written */
    mw_saved_folder_prune(&folder, 3, 400);
    assert_false(exists(folder.fd, "run-1.json"));
    assert_true(exists(folder.fd, "run-2.json"));
    mw_saved_folder_prune(&folder, 3, 299);
    assert_false(exists(folder.fd, "run-2.json"));
    assert_true(exists(folder.fd, "run-3.json"));
    mw_saved_folder_prune(&folder, 3, 10);
    assert_false(exists(folder.fd, "run-4.json"));
    assert_true(exists(folder.fd, "other"));
    mw_saved_folder_close(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prune, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
