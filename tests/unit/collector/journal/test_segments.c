/* SPDX-License-Identifier: MIT */
/* Journals in shared memory segments: created, found with and without their locators, accepted only if valid, converted to
 * files. */
#include "collector/journal/journal.h"
#include "collector/journal/read.h"
#include "collector/journal/segments.h"
#include "tests/unit/collector/journal/made_segments.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int rank_of(const struct made_run *run, const char *name)
{
    struct mw_ident ident;

    return mw_journal_read_ident(&ident, run->dir.fd, name) ? -1 : ident.rank;
}

static void is_private_and_found(void **state)
{
    struct made_run *run = made_run();
    struct mw_journal_read journal;
    struct shmid_ds ds;
    struct stat st;

    (void)state;
    assert_int_equal(shmctl(run->ids[1], IPC_STAT, &ds), 0);
    assert_int_equal(ds.shm_perm.mode & 0777, 0600);
    assert_int_equal(ds.shm_segsz, mw_segment_size(mw_journal_length()));
    assert_int_equal(fstatat(run->dir.fd, run->names[1], &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    run->journals[1].state->peak = 4711;
    assert_int_equal(mw_journal_read_file(&journal, run->dir.fd, run->names[1], NULL), 0);
    assert_int_equal(journal.state.peak, 4711);
    assert_int_equal(journal.ident.rank, 1);
    mw_journal_read_fini(&journal);
    made_run_end(run);
}

/* What a rank can do to the journal of another. */
static void is_mapped_by_others(void **state)
{
    struct made_run *run = made_run();
    const struct mw_record_head *head = mw_journal_map(run->dir.fd, run->names[2]);

    (void)state;
    assert_non_null(head);
    assert_non_null(mw_segment_of(head));
    assert_int_equal(head->length, mw_journal_length());
    mw_journal_unmap_head(head);
    assert_null(mw_journal_map(run->dir.fd, "journal-none"));
    made_run_end(run);
}

/* All ways in which the file may be damaged. */
static void is_found_without_its_file(void **state)
{
    struct made_run *run = made_run();
    struct mw_names names;
    struct mw_segment_locator locator = {.magic = MW_SEGMENT_LOCATOR_MAGIC, .endian = MW_RECORD_ENDIAN, .token = 1};
    size_t lost;

    (void)state;
    made_overwrite(run, run->names[0], "", 0);
    unlinkat(run->dir.fd, run->names[1], 0);
    locator.id = run->ids[0]; /* of another rank */
    made_overwrite(run, run->names[2], &locator, sizeof(locator));
    for (int i = 0; i < MADE_RANKS; i++)
        assert_int_equal(rank_of(run, run->names[i]), i);
    assert_int_equal(mw_journal_source_list(&names, run->dir.fd, &lost, NULL), 0);
    assert_int_equal(names.count, MADE_RANKS);
    assert_int_equal(lost, MADE_RANKS);
    mw_names_fini(&names);
    unlinkat(run->dir.fd, run->names[1], 0);
    assert_int_equal(mkfifoat(run->dir.fd, run->names[1], 0600), 0);
    assert_int_equal(rank_of(run, run->names[1]), 1);
    made_run_end(run);
}

static void is_found_when_the_directory_is_gone(void **state)
{
    struct made_run *run = made_run();
    struct mw_names names;
    size_t lost;
    int fd = dup(run->dir.fd);

    (void)state;
    for (int i = 0; i < MADE_RANKS; i++)
        unlinkat(run->dir.fd, run->names[i], 0);
    assert_int_equal(rmdir(run->dir.path), 0);
    assert_int_equal(mw_journal_source_list(&names, fd, &lost, NULL), 0);
    assert_int_equal(names.count, MADE_RANKS);
    assert_int_equal(rank_of(run, run->names[2]), 2);
    mw_names_fini(&names);
    mkdir(run->dir.path, 0700);
    close(fd);
    made_run_end(run);
}

/* An id may belong to any process. */
static void accepts_only_valid_segments(void **state)
{
    struct made_run *run = made_run();
    const size_t length = mw_journal_length();
    struct mw_segment_head *head = (struct mw_segment_head *)(uintptr_t)mw_segment_of(run->journals[0].head);
    int foreign = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    struct shmid_ds ds;
    struct mw_err err;

    (void)state;
    assert_null(mw_segment_attach(run->ids[0], length, geteuid(), head->token + 1, &err));
    assert_non_null(strstr(err.text, "not this journal"));
    assert_null(mw_segment_attach(run->ids[0], length, geteuid() + 1, 0, NULL));
    assert_null(mw_segment_attach(run->ids[0], length - 8, geteuid(), 0, NULL));
    assert_null(mw_segment_attach(foreign, length, geteuid(), 0, NULL));
    shmctl(foreign, IPC_RMID, NULL);
    assert_null(mw_segment_attach(foreign, length, geteuid(), 0, &err));
    assert_non_null(strstr(err.text, "cannot attach"));
    assert_int_equal(shmctl(run->ids[0], IPC_STAT, &ds), 0);
    ds.shm_perm.mode = 0606;
    assert_int_equal(shmctl(run->ids[0], IPC_SET, &ds), 0);
    assert_null(mw_segment_attach(run->ids[0], length, geteuid(), 0, NULL)); /* others may write to it */
    ds.shm_perm.mode = 0600;
    assert_int_equal(shmctl(run->ids[0], IPC_SET, &ds), 0);
    assert_int_equal(shmctl(run->ids[0], IPC_STAT, &ds), 0);
    assert_int_equal(ds.shm_nattch, 1); /* nothing stays attached */
    made_run_end(run);
}

static void keeps_segments_of_another_host(void **state)
{
    struct made_run *run = made_run();
    struct mw_segment_locator locator;
    int fd = openat(run->dir.fd, run->names[0], O_RDONLY);

    (void)state;
    assert_int_equal(mw_segment_read_locator(&locator, fd), 0);
    close(fd);
    synthetic_put(&run->dir, "journal-0000000000000077-elsewhere-5", &locator, sizeof(locator));
    assert_int_equal(rank_of(run, "journal-0000000000000077-elsewhere-5"), -1);
    made_run_end(run);
}

/* Nothing remains if the locator cannot be created. */
static void leaves_nothing_when_it_fails(void **state)
{
    struct made_run *run = made_run();
    struct mw_journal journal;
    struct mw_err err;

    (void)state;
    made_leave(run, 0);
    assert_int_equal(mw_journal_create_segment(&journal, run->dir.fd, run->dir.path, run->names[0], &err), -1);
    assert_non_null(strstr(err.text, "File exists"));
    assert_int_equal(mw_segments_bytes(run->dir.fd), MADE_RANKS * mw_segment_size(mw_journal_length()));
    made_run_end(run);
}

static void becomes_a_file(void **state)
{
    struct made_run *run = made_run();
    struct mw_journal_read journal;
    struct stat st;

    (void)state;
    run->journals[0].state->peak = 99;
    strcpy(run->journals[0].sites[1000].call, "MPI_Bcast");
    mw_journal_publish(&run->journals[0], MW_SECTION_SITE, 1000);
    made_leave(run, 0);
    made_leave(run, 1);
    made_overwrite(run, run->names[1], "", 0);
    assert_int_equal(mw_segments_to_files(run->dir.fd), 0);
    assert_false(made_segment_exists(run->ids[0]));
    assert_false(made_segment_exists(run->ids[1]));
    assert_true(made_segment_exists(run->ids[2])); /* its rank may still write */
    assert_int_equal(fstatat(run->dir.fd, run->names[0], &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_size, mw_journal_length());
    assert_int_equal(mw_journal_read_file(&journal, run->dir.fd, run->names[0], NULL), 0);
    assert_int_equal(journal.state.peak, 99);
    assert_int_equal(journal.site_count, 1001);
    assert_string_equal(journal.sites[1000].call, "MPI_Bcast");
    assert_string_equal(journal.damage, "");
    mw_journal_read_fini(&journal);
    for (int i = 0; i < MADE_RANKS; i++)
        assert_int_equal(rank_of(run, run->names[i]), i);
    made_run_end(run);
}

/* Replaces the segment of rank 0 by one without tables for the heap, as a rank makes it that gets no larger one. */
static void shorten(struct made_run *run)
{
    struct mw_segment_place place = {run->dir.fd, run->dir.path, run->names[0], mw_journal_length_least()};
    struct rlimit before, small;
    struct mw_journal file;
    void *memory;

    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){mw_journal_length_least(), before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_equal(mw_journal_create(&file, run->dir.fd, "short", NULL), 0);
    setrlimit(RLIMIT_FSIZE, &before);
    *file.ident = *run->journals[0].ident;
    file.ident->rank = 1;
    made_leave(run, 0);
    shmctl(run->ids[0], IPC_RMID, NULL);
    unlinkat(run->dir.fd, run->names[0], 0);
    memory = mw_segment_create(&run->ids[0], &place, NULL);
    assert_non_null(memory);
    memcpy(memory, file.head, mw_journal_length_least());
    mw_segment_detach(mw_segment_of(memory));
    mw_journal_unmap(&file);
    unlinkat(run->dir.fd, "short", 0);
}

static void may_be_without_a_heap(void **state)
{
    struct made_run *run = made_run();
    const struct mw_record_head *head;
    struct mw_journal_read journal;
    struct stat st;

    (void)state;
    shorten(run);
    head = mw_journal_map(run->dir.fd, run->names[0]);
    assert_non_null(head);
    assert_int_equal(head->length, mw_journal_length_least());
    mw_journal_unmap_head(head);
    assert_int_equal(mw_segments_bytes(run->dir.fd),
                     2 * mw_segment_size(mw_journal_length()) + mw_segment_size(mw_journal_length_least()));
    made_overwrite(run, run->names[0], "", 0);
    assert_int_equal(rank_of(run, run->names[0]), 1); /* found without its locator */
    assert_int_equal(mw_segments_to_files(run->dir.fd), 0);
    assert_int_equal(fstatat(run->dir.fd, run->names[0], &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_size, mw_journal_length_least());
    assert_int_equal(mw_journal_read_file(&journal, run->dir.fd, run->names[0], NULL), 0);
    assert_string_equal(journal.damage, "");
    assert_int_equal(journal.heap.why, MW_HEAP_ABSENT);
    mw_journal_read_fini(&journal);
    made_run_end(run);
}

static void stays_when_there_is_no_room(void **state)
{
    struct rlimit before, small = {4096, RLIM_INFINITY};
    struct made_run *run = made_run();

    (void)state;
    made_leave(run, 0);
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_equal(mw_segments_to_files(run->dir.fd), 1);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(made_segment_exists(run->ids[0]));
    assert_int_equal(rank_of(run, run->names[0]), 0);
    made_run_end(run);
}

/* Killed at any time: stored data remains. */
static void survives_its_process(void **state)
{
    struct made_run *run = made_run();
    struct mw_journal_read journal;
    int status;
    pid_t pid = fork();

    (void)state;
    if (!pid) {
        run->journals[1].state->peak = 31337;
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    made_leave(run, 1);
    made_overwrite(run, run->names[1], "", 0);
    assert_int_equal(mw_journal_read_file(&journal, run->dir.fd, run->names[1], NULL), 0);
    assert_int_equal(journal.state.peak, 31337);
    mw_journal_read_fini(&journal);
    made_run_end(run);
}

static void finds_runs_by_name(void **state)
{
    (void)state;
    assert_true(mw_segment_run("/dev/shm/memwatch-0-1") == mw_segment_run("/tmp/x/memwatch-0-1/"));
    assert_true(mw_segment_run("/dev/shm/memwatch-0-1") != mw_segment_run("/dev/shm/memwatch-0-2"));
    assert_true(mw_segment_run("/") == mw_segment_run(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_private_and_found),         cmocka_unit_test(is_mapped_by_others),
        cmocka_unit_test(is_found_without_its_file),    cmocka_unit_test(is_found_when_the_directory_is_gone),
        cmocka_unit_test(accepts_only_valid_segments),  cmocka_unit_test(keeps_segments_of_another_host),
        cmocka_unit_test(leaves_nothing_when_it_fails), cmocka_unit_test(becomes_a_file),
        cmocka_unit_test(may_be_without_a_heap),        cmocka_unit_test(stays_when_there_is_no_room),
        cmocka_unit_test(survives_its_process),         cmocka_unit_test(finds_runs_by_name),
    };

    if (!made_segments_possible())
        return 77; /* skipped */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
