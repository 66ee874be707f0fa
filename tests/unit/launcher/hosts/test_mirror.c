/* SPDX-License-Identifier: MIT */
/* One host's run directory mirrored into another, including the hub's checks. */
#include "launcher/hosts/hub_files.h"
#include "launcher/hosts/mirror.h"

#include "collector/journal/journal.h"

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

#include "tests/unit/in_range.h"
#include "tests/unit/no_memory.h"

#define JOURNAL "journal-0123456789abcdef-far-77"

static char root[] = "/tmp/mwmirror-XXXXXX";
static int there, here; /* the agent's directory, the launcher's */
static struct mw_hub_files files;
static struct mw_mirror mirror;
static size_t room, messages, bytes;
static uint64_t last_offset;

static size_t sink_room(void *context)
{
    (void)context;
    return room;
}

static int sink_send(void *context, const struct mw_wire_message *message)
{
    struct mw_err err;

    (void)context;
    if (mw_hub_files_take(&files, "far", message, &err) != MW_HUB_FILES_WRITTEN)
        fail_msg("%s", err.text);
    messages++;
    bytes += message->length;
    last_offset = message->kind == MW_WIRE_FILE ? message->offset : UINT64_MAX;
    room -= room < message->length + 1 ? room : message->length + 1;
    return 0;
}

static int directory(const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", root, name);
    assert_int_equal(mkdir(path, 0700), 0);
    return open(path, O_RDONLY | O_DIRECTORY);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    if (!mkdtemp(root) || sodium_init() < 0)
        return -1;
    there = directory("there");
    here = directory("here");
    mw_hub_files_init(&files, here, "near");
    mw_mirror_init(&mirror, there, "far", (struct mw_mirror_sink){NULL, sink_room, sink_send});
    room = SIZE_MAX;
    messages = bytes = 0;
    return 0;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    mw_mirror_fini(&mirror);
    close(there);
    close(here);
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static void pass(void)
{
    messages = bytes = 0;
    mw_mirror_request_pass(&mirror);
    assert_true(mw_mirror_step(&mirror));
}

static size_t load(int dirfd, const char *name, unsigned char *buffer, size_t size)
{
    int fd = openat(dirfd, name, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, buffer, size);

    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

static void assert_same(const char *name)
{
    static unsigned char a[1 << 21], b[1 << 21];
    size_t n = load(there, name, a, sizeof(a));

    assert_true(n > 0);
    assert_int_equal(load(here, name, b, sizeof(b)), n);
    assert_memory_equal(a, b, n);
}

static void store(const char *name, const void *what, size_t length, off_t offset)
{
    int fd = openat(there, name, O_WRONLY | O_CREAT, 0600);

    assert_int_equal(pwrite(fd, what, length, offset), length);
    close(fd);
}

/* Fills the first `used` call sites. */
static void add_sites(struct mw_journal *journal, uint32_t used)
{
    for (uint32_t i = mw_journal_used(journal, MW_SECTION_SITE); i < used; i++) {
        snprintf(journal->sites[i].call, sizeof(journal->sites[i].call), "MPI_%u", i);
        mw_journal_publish(journal, MW_SECTION_SITE, i);
    }
}

static void test_a_journal_arrives(void **state)
{
    struct mw_journal journal;

    (void)state;
    assert_int_equal(mw_journal_create(&journal, there, JOURNAL, NULL), 0);
    journal.ident->pid = 77;
    add_sites(&journal, 300);
    pass();
    assert_same(JOURNAL);
    assert_uint_in_range(bytes, 1, mw_journal_length() / 2); /* unused space is not sent */
    pass();
    assert_int_equal(messages, 0); /* nothing changed */
    journal.state->calls++;
    pass();
    assert_int_equal(messages, 1);
    assert_same(JOURNAL);
    add_sites(&journal, 301);
    journal.sites[300].calls = 5;
    pass();
    assert_same(JOURNAL);
    assert_int_equal(last_offset, 0); /* the head comes last */
    mw_journal_unmap(&journal);
}

/* Wherever the stream is cut, the head never claims data that has not arrived. */
static void test_the_head_never_runs_ahead(void **state)
{
    static _Alignas(8) unsigned char head[sizeof(struct mw_record_head)];
    static unsigned char a[1 << 20], b[1 << 20];
    const struct mw_record_head *record = (const void *)head;
    const struct mw_record_section *sites = &record->sections[MW_SECTION_SITE];
    struct mw_journal journal;
    int steps = 0;

    (void)state;
    assert_int_equal(mw_journal_create(&journal, there, JOURNAL, NULL), 0);
    add_sites(&journal, 200);
    mw_mirror_request_pass(&mirror);
    for (room = 4096; !mw_mirror_step(&mirror); room = 4096, steps++) {
        add_sites(&journal, 200 + (uint32_t)steps * 3); /* the rank continues meanwhile */
        if (load(here, JOURNAL, head, sizeof(head)) < sizeof(head) || !sites->used)
            continue;
        load(there, JOURNAL, a, sizeof(a));
        load(here, JOURNAL, b, sizeof(b));
        assert_memory_equal(a + sites->offset, b + sites->offset, (size_t)sites->used * sites->stride);
    }
    assert_true(steps > 10);
    load(here, JOURNAL, head, sizeof(head));
    assert_uint_in_range(sites->used, 200, 1024);
    room = SIZE_MAX;
    pass();
    assert_same(JOURNAL);
    mw_journal_unmap(&journal);
}

static void test_files_that_grow(void **state)
{
    unsigned char some[10000];

    (void)state;
    memset(some, 'e', sizeof(some));
    store("exits-far", some, 512, 0);
    store("gathered-0123456789abcdef", some, sizeof(some), 0);
    pass();
    assert_same("exits-far");
    assert_same("gathered-0123456789abcdef");
    store("exits-far", some, 5000, 512);
    pass();
    assert_same("exits-far");
    store("exits-far", some, 1, 1 << 19); /* a hole stays a hole */
    pass();
    assert_same("exits-far");
    assert_uint_in_range(bytes, 1, 3 * 4096);
}

static void test_a_lost_connection_sends_all_again(void **state)
{
    unsigned char some[10000];

    (void)state;
    memset(some, 'e', sizeof(some));
    store("exits-far", some, sizeof(some), 0);
    pass();
    unlinkat(here, "exits-far", 0);
    pass();
    assert_int_equal(messages, 0);
    mw_mirror_forget(&mirror);
    pass();
    assert_same("exits-far");
}

static void test_only_own_files(void **state)
{
    (void)state;
    store("exits-other", "x", 1, 0);
    store("journal-0123456789abcdef-other-5", "x", 1, 0);
    store("secret", "x", 1, 0);
    assert_int_equal(symlinkat("secret", there, "view-far"), 0);
    assert_int_equal(mkfifoat(there, "journal-0123456789abcdef-far-5", 0600), 0);
    pass();
    assert_int_equal(messages, 0);
}

/* Without memory a pass sends nothing, or less; a later one sends all. */
static void test_no_memory(void **state)
{
    (void)state;
    store("journal-0123456789abcdef-far-78", "MEMWATCH", 8, 0);
    no_memory_begin();
    pass();
    no_memory_end();
    assert_true(no_memory_failures > 0);
    assert_int_equal(faccessat(here, "journal-0123456789abcdef-far-78", F_OK, 0), -1);
    pass();
    assert_same("journal-0123456789abcdef-far-78");
}

static void test_minimum_interval_between_passes(void **state)
{
    (void)state;
    store("exits-far", "x", 1, 0);
    assert_true(mw_mirror_step(&mirror));
    assert_false(mw_mirror_step(&mirror)); /* not due */
    assert_true(mirror.next_ns > 0 && mirror.next_ns != UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_journal_arrives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_head_never_runs_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_that_grow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_lost_connection_sends_all_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_own_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_minimum_interval_between_passes, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
