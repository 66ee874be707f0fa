/* SPDX-License-Identifier: MIT */
/* What an agent may write into the launcher's run directory. */
#include "launcher/hosts/host_files.h"
#include "launcher/hosts/hub_files.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define JOURNAL "journal-0123456789abcdef-far-77"

static char root[] = "/tmp/mwhub-XXXXXX";
static int dirfd_of_run;
static struct mw_hub_files files;

static int set_up(void **state)
{
    (void)state;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    if (!mkdtemp(root))
        return -1;
    dirfd_of_run = open(root, O_RDONLY | O_DIRECTORY);
    mw_hub_files_init(&files, dirfd_of_run, "near");
    return 0;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    close(dirfd_of_run);
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static enum mw_hub_files_result put(const char *host, const char *name, uint64_t offset)
{
    struct mw_wire_message message = {
        .kind = MW_WIRE_FILE, .offset = offset, .data = (const unsigned char *)"data", .length = 4};
    struct mw_err err;

    snprintf(message.name, sizeof(message.name), "%s", name);
    return mw_hub_files_take(&files, host, &message, &err);
}

static enum mw_hub_files_result resize(const char *host, const char *name, uint64_t length)
{
    struct mw_wire_message message = {.kind = MW_WIRE_SIZE, .offset = length};
    struct mw_err err;

    snprintf(message.name, sizeof(message.name), "%s", name);
    return mw_hub_files_take(&files, host, &message, &err);
}

static off_t size_of(const char *name)
{
    struct stat st;

    return fstatat(dirfd_of_run, name, &st, AT_SYMLINK_NOFOLLOW) ? -1 : st.st_size;
}

static void test_names(void **state)
{
    static const char *const good[] = {JOURNAL, JOURNAL ".4026531836", "exits-far", "view-far", "gathered-0123456789abcdef"};
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      "../exits-far",
                                      "exits-far/..",
                                      "/etc/passwd",
                                      "exits",
                                      "exits-",
                                      "exits-far2",
                                      "exits-fa",
                                      "exits-near",
                                      "view-near",
                                      "view-far-1",
                                      "peer-far",
                                      "agent-far",
                                      "libmemwatch-pmpi.so",
                                      "journal-0123456789abcdef-77",
                                      "journal-0123456789abcdef-near-77",
                                      "journal-0123456789abcdef-far-",
                                      "journal-0123456789abcdef-far-x",
                                      "journal-0123456789abcdef-far-77-8",
                                      "journal-0123456789ABCDEF-far-77",
                                      "journal-0123456789abcde-far-77",
                                      "journal-0123456789abcdef0-far-77",
                                      "journal-0123456789abcdef-far-77/x",
                                      "journal-0123456789abcdef-far-77.",
                                      "journal-0123456789abcdef-far-77.x",
                                      "journal-0123456789abcdef-far-77.1.2",
                                      "journal-0123456789abcdef-far-12345678901",
                                      "gathered-0123456789abcdef-far",
                                      "gathered-",
                                      "gathered-../../x"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(put("far", good[i], 0), MW_HUB_FILES_WRITTEN);
        assert_int_equal(size_of(good[i]), 4);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(put("far", bad[i], 0), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(files.count, sizeof(good) / sizeof(good[0]));
}

static void test_never_the_launchers_host(void **state)
{
    (void)state;
    assert_int_equal(put("near", "exits-near", 0), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(put("near", "gathered-0123456789abcdef", 0), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(size_of("exits-near"), -1);
}

static void test_gathered_belongs_to_its_first_writer(void **state)
{
    int ours = openat(dirfd_of_run, "gathered-aaaaaaaaaaaaaaaa", O_CREAT | O_WRONLY, 0600);

    (void)state;
    close(ours); /* created by a rank of the launcher's host */
    assert_int_equal(put("far", "gathered-aaaaaaaaaaaaaaaa", 0), MW_HUB_FILES_FAILED);
    assert_int_equal(put("far", "gathered-bbbbbbbbbbbbbbbb", 0), MW_HUB_FILES_WRITTEN);
    assert_int_equal(put("farther", "gathered-bbbbbbbbbbbbbbbb", 0), MW_HUB_FILES_FAILED);
    assert_int_equal(put("far", "gathered-bbbbbbbbbbbbbbbb", 4), MW_HUB_FILES_WRITTEN);
    assert_int_equal(size_of("gathered-aaaaaaaaaaaaaaaa"), 0);
    assert_int_equal(size_of("gathered-bbbbbbbbbbbbbbbb"), 8);
}

static void test_no_links_no_devices(void **state)
{
    int victim = openat(dirfd_of_run, "victim", O_CREAT | O_WRONLY, 0600);

    (void)state;
    close(victim);
    assert_int_equal(symlinkat("victim", dirfd_of_run, "exits-far"), 0);
    assert_int_equal(put("far", "exits-far", 0), MW_HUB_FILES_FAILED);
    assert_int_equal(symlinkat("new", dirfd_of_run, "view-far"), 0); /* leads nowhere */
    assert_int_equal(put("far", "view-far", 0), MW_HUB_FILES_FAILED);
    assert_int_equal(linkat(dirfd_of_run, "victim", dirfd_of_run, "gathered-0123456789abcdef", 0), 0);
    files.gathered_count = 1; /* as if far had started it */
    strcpy(files.gathered[0].name, "gathered-0123456789abcdef");
    strcpy(files.gathered[0].host, "far");
    assert_int_equal(put("far", "gathered-0123456789abcdef", 0), MW_HUB_FILES_FAILED);
    assert_int_equal(mkfifoat(dirfd_of_run, JOURNAL, 0600), 0);
    assert_int_equal(put("far", JOURNAL, 0), MW_HUB_FILES_FAILED); /* and does not wait for a reader */
    assert_int_equal(size_of("victim"), 0);
    assert_int_equal(size_of("new"), -1);
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(put("far", JOURNAL, (16 << 20) - 4), MW_HUB_FILES_WRITTEN);
    assert_int_equal(put("far", JOURNAL, (16 << 20) - 3), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(put("far", JOURNAL, UINT64_MAX), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(put("far", JOURNAL, UINT64_MAX - 2), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(put("far", JOURNAL, (uint64_t)INT64_MAX), MW_HUB_FILES_FORBIDDEN);
    assert_int_equal(resize("far", JOURNAL, (16 << 20) + 1), MW_HUB_FILES_FORBIDDEN);
    files.bytes_limit = files.bytes + 6;
    assert_int_equal(put("far", "exits-far", 0), MW_HUB_FILES_WRITTEN);
    assert_int_equal(put("far", "exits-far", 0), MW_HUB_FILES_WRITTEN); /* does not grow */
    assert_int_equal(put("far", "exits-far", 4), MW_HUB_FILES_FAILED);
    assert_int_equal(resize("far", "exits-far", 7), MW_HUB_FILES_FAILED);
    assert_int_equal(resize("far", "exits-far", 6), MW_HUB_FILES_WRITTEN);
    assert_int_equal(size_of("exits-far"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_never_the_launchers_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gathered_belongs_to_its_first_writer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_links_no_devices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
