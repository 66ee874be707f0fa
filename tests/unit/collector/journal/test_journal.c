/* SPDX-License-Identifier: MIT */
#include "collector/base/hostname.h"
#include "collector/journal/journal.h"
#include "collector/journal/read.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/mwtest-XXXXXX";

static int make_dir(void **state)
{
    static int fd;

    strcpy(dir + sizeof(dir) - 7, "XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    fd = open(dir, O_RDONLY | O_DIRECTORY);
    *state = &fd;
    return fd < 0 ? -1 : 0;
}

static int remove_dir(void **state)
{
    int fd = *(int *)*state;

    unlinkat(fd, "j", 0);
    close(fd);
    return rmdir(dir);
}

static void creates_in_full_and_private(void **state)
{
    struct mw_journal journal;
    struct mw_err err;
    struct stat st;
    int fd = *(int *)*state;

    assert_int_equal(mw_journal_create(&journal, fd, "j", &err), 0);
    assert_int_equal(fstatat(fd, "j", &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_size, mw_journal_length());
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_true((size_t)st.st_blocks * 512 >= mw_journal_length()); /* allocated, not sparse */
    assert_memory_equal(journal.head->magic, MW_RECORD_MAGIC, 8);
    assert_int_equal(mw_journal_used(&journal, MW_SECTION_STATE), 1);
    assert_int_equal(mw_journal_used(&journal, MW_SECTION_SITE), 0);
    mw_journal_unmap(&journal);
    assert_null(journal.head);
}

static void refuses_an_existing_file(void **state)
{
    struct mw_journal journal;
    struct mw_err err;
    int fd = *(int *)*state;

    close(openat(fd, "j", O_CREAT | O_WRONLY, 0600));
    assert_int_equal(mw_journal_create(&journal, fd, "j", &err), -1);
    assert_non_null(strstr(err.text, "File exists"));
}

/* With a limit that only the tables without the heap fit under. */
static void leaves_out_the_heap(void **state)
{
    struct rlimit before, small;
    const struct mw_record_head *head;
    struct mw_journal journal;
    struct mw_journal_read copy;
    struct stat st;
    int fd = *(int *)*state;

    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){mw_journal_length() - 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(mw_journal_create(&journal, fd, "j", NULL), 0);
    small.rlim_cur = mw_journal_length_least() - 1;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_equal(mw_journal_create(&(struct mw_journal){0}, fd, "k", NULL), -1);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(faccessat(fd, "k", F_OK, 0), -1);
    assert_int_equal(fstatat(fd, "j", &st, 0), 0);
    assert_int_equal(st.st_size, mw_journal_length_least());
    assert_int_equal(journal.head->length, mw_journal_length_least());
    assert_null(journal.heap);
    assert_null(journal.heap_sites);
    assert_int_equal(mw_journal_used(&journal, MW_SECTION_HEAP), 0);
    assert_int_equal(mw_journal_memory(&journal), mw_journal_length_least());
    mw_journal_publish(&journal, MW_SECTION_TIMELINE, MW_RECORD_TICKS - 1); /* the last bytes */
    journal.ticks[MW_RECORD_TICKS - 1].last = 5;
    assert_int_equal(mw_journal_read_file(&copy, fd, "j", NULL), 0);
    assert_string_equal(copy.damage, "");
    assert_int_equal(copy.heap.why, MW_HEAP_ABSENT);
    assert_int_equal(copy.ticks[MW_RECORD_TICKS - 1].last, 5);
    mw_journal_read_fini(&copy);
    head = mw_journal_map(fd, "j");
    assert_non_null(head);
    mw_journal_unmap_head(head);
    mw_journal_unmap(&journal);
}

static void updates_reach_the_file(void **state)
{
    struct mw_journal journal;
    struct mw_record_head head;
    struct mw_state now;
    int fd = *(int *)*state, file;

    assert_int_equal(mw_journal_create(&journal, fd, "j", NULL), 0);
    journal.state->peak = 123456789;
    mw_journal_publish(&journal, MW_SECTION_PHASE, 6);
    file = openat(fd, "j", O_RDONLY);
    assert_int_equal(pread(file, &head, sizeof(head), 0), sizeof(head));
    assert_int_equal(head.sections[MW_SECTION_PHASE].used, 7);
    assert_int_equal(pread(file, &now, sizeof(now), (off_t)head.sections[MW_SECTION_STATE].offset), sizeof(now));
    assert_int_equal(now.peak, 123456789);
    close(file);
    mw_journal_unmap(&journal);
}

static void packs_what_is_used(void **state)
{
    void *memory = calloc(1, mw_journal_length());
    char *packed = malloc(mw_journal_length());
    struct mw_journal journal;
    const struct mw_record_head *head = (const void *)packed;
    size_t length;

    (void)state;
    mw_journal_place(&journal, memory);
    strcpy(journal.sites[0].call, "MPI_Barrier");
    strcpy(journal.sites[1].call, "MPI_Bcast");
    mw_journal_publish(&journal, MW_SECTION_SITE, 1);
    length = mw_journal_pack(&journal, packed, mw_journal_length());
    assert_int_equal(length, mw_journal_packed_length(&journal));
    assert_int_equal(length, head->length);
    assert_int_equal(head->sections[MW_SECTION_SITE].capacity, 2);
    assert_int_equal(head->sections[MW_SECTION_SPIKE].capacity, 0);
    assert_string_equal(((const struct mw_site *)(const void *)(packed + head->sections[MW_SECTION_SITE].offset))[1].call,
                        "MPI_Bcast");
    assert_true(length < mw_journal_length() / 20);
    assert_int_equal(mw_journal_pack(&journal, packed, length - 1), 0);
    free(packed);
    free(memory);
}

/* A host's name in a file name, and back: a name with a common prefix does not match. */
static void test_names(void **state)
{
    const uint64_t world = 0xabcdef, other = 0xabcdee;
    char name[MW_JOURNAL_NAME_SIZE], clean[MW_HOSTNAME_SIZE], longest[300];

    (void)state;
    mw_journal_name(name, world, "node-1.cluster", 4711);
    assert_string_equal(name, "journal-0000000000abcdef-node-1.cluster-4711");
    assert_int_equal(mw_journal_name_pid(name, &world, "node-1.cluster"), 4711);
    assert_int_equal(mw_journal_name_pid(name, NULL, "node-1.cluster"), 4711);
    assert_int_equal(mw_journal_name_pid(name, &other, "node-1.cluster"), 0);
    assert_int_equal(mw_journal_name_pid(name, &world, "node"), 0);
    assert_int_equal(mw_journal_name_pid("journal-0000000000abcdef-a-1-55", &world, "a"), 0);
    assert_int_equal(mw_journal_name_pid("journal-0000000000abcdef-a-1-55", &world, "a-1"), 55);
    assert_int_equal(mw_journal_name_pid("journal-0000000000abcdef-a-", &world, "a"), 0);
    assert_int_equal(mw_journal_name_pid("journal-0000000000abcdef-a-5x", &world, "a"), 0);
    assert_int_equal(mw_journal_name_pid("journal-0000000000abcdef-a-5.", &world, "a"), 0);
    assert_int_equal(mw_journal_name_pid("journal-0000000000abcdef-a-5.6x", &world, "a"), 0);
    mw_journal_name_elsewhere(name, world, "node-1.cluster", 1, 4026532001u);
    assert_int_equal(mw_journal_name_pid(name, &world, "node-1.cluster"), MW_JOURNAL_ELSEWHERE);
    assert_int_equal(mw_journal_name_pid("journal-short", NULL, "a"), 0);

    mw_hostname_clean("../a b/\xc3\xa4_-9", clean);
    assert_string_equal(clean, ".._a_b____-9");
    mw_hostname_clean("", clean);
    assert_string_equal(clean, "_");
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    mw_hostname_clean(longest, clean);
    assert_int_equal(strlen(clean), MW_HOSTNAME_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(creates_in_full_and_private, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(refuses_an_existing_file, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(leaves_out_the_heap, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(updates_reach_the_file, make_dir, remove_dir),
        cmocka_unit_test(packs_what_is_used),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
