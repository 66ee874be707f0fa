/* SPDX-License-Identifier: MIT */
/* Journals in shared memory segments: created, found with and without their locators, accepted only if valid, converted to
 * files, and removed. */
#include "collector/base/hostname.h"
#include "collector/journal/journal.h"
#include "collector/journal/read.h"
#include "collector/journal/segments.h"
#include "tests/unit/synthetic.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RANKS 3

struct run {
    struct synthetic_dir dir;
    char names[RANKS][MW_JOURNAL_NAME_SIZE];
    struct mw_journal journals[RANKS];
    int ids[RANKS];
};

static int id_of(int dirfd, const char *name)
{
    struct mw_segment_locator locator;
    int fd = openat(dirfd, name, O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(mw_segment_read_locator(&locator, fd), 0);
    close(fd);
    return locator.id;
}

static bool exists(int id)
{
    struct shmid_ds ds;

    return !shmctl(id, IPC_STAT, &ds);
}

/* A run of this host: its ranks have this process's pid and the next two. */
static struct run *make(void)
{
    struct run *run = calloc(1, sizeof(*run));
    char host[MW_HOSTNAME_SIZE];

    synthetic_make(&run->dir);
    mw_hostname_local(host);
    for (int i = 0; i < RANKS; i++) {
        struct mw_ident *ident;
        mw_journal_name(run->names[i], 0x77, host, (long)getpid() + i);
        assert_int_equal(mw_journal_create_segment(&run->journals[i], run->dir.fd, run->dir.path, run->names[i], NULL), 0);
        run->ids[i] = id_of(run->dir.fd, run->names[i]);
        ident = run->journals[i].ident;
        ident->rank = i;
        ident->size = RANKS;
        ident->pid = getpid() + i;
        ident->start_ticks = 5;
        snprintf(ident->host, sizeof(ident->host), "%s", host);
    }
    return run;
}

static void leave(struct run *run, int rank)
{
    mw_journal_unmap(&run->journals[rank]);
}

static void unmake(struct run *run)
{
    for (int i = 0; i < RANKS; i++) {
        if (run->journals[i].head)
            leave(run, i);
        shmctl(run->ids[i], IPC_RMID, NULL);
    }
    synthetic_remove(&run->dir);
    free(run);
}

static int rank_of(const struct run *run, const char *name)
{
    struct mw_ident ident;

    return mw_journal_read_ident(&ident, run->dir.fd, name) ? -1 : ident.rank;
}

static void overwrite(const struct run *run, const char *name, const void *bytes, size_t size)
{
    unlinkat(run->dir.fd, name, 0);
    synthetic_put(&run->dir, name, bytes, size);
}

static void is_private_and_found(void **state)
{
    struct run *run = make();
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
    unmake(run);
}

/* What a rank can do to the journal of another. */
static void is_mapped_by_others(void **state)
{
    struct run *run = make();
    const struct mw_record_head *head = mw_journal_map(run->dir.fd, run->names[2]);

    (void)state;
    assert_non_null(head);
    assert_non_null(mw_segment_of(head));
    assert_int_equal(head->length, mw_journal_length());
    mw_journal_unmap_head(head);
    assert_null(mw_journal_map(run->dir.fd, "journal-none"));
    unmake(run);
}

/* All ways in which the file may be damaged. */
static void is_found_without_its_file(void **state)
{
    struct run *run = make();
    struct mw_names names;
    struct mw_segment_locator locator = {.magic = MW_SEGMENT_LOCATOR_MAGIC, .endian = MW_RECORD_ENDIAN, .token = 1};
    size_t lost;

    (void)state;
    overwrite(run, run->names[0], "", 0);
    unlinkat(run->dir.fd, run->names[1], 0);
    locator.id = run->ids[0]; /* of another rank */
    overwrite(run, run->names[2], &locator, sizeof(locator));
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(rank_of(run, run->names[i]), i);
    assert_int_equal(mw_journal_source_list(&names, run->dir.fd, &lost, NULL), 0);
    assert_int_equal(names.count, RANKS);
    assert_int_equal(lost, RANKS);
    mw_names_fini(&names);
    unlinkat(run->dir.fd, run->names[1], 0);
    assert_int_equal(mkfifoat(run->dir.fd, run->names[1], 0600), 0);
    assert_int_equal(rank_of(run, run->names[1]), 1);
    unmake(run);
}

static void is_found_when_the_directory_is_gone(void **state)
{
    struct run *run = make();
    struct mw_names names;
    size_t lost;
    int fd = dup(run->dir.fd);

    (void)state;
    for (int i = 0; i < RANKS; i++)
        unlinkat(run->dir.fd, run->names[i], 0);
    assert_int_equal(rmdir(run->dir.path), 0);
    assert_int_equal(mw_journal_source_list(&names, fd, &lost, NULL), 0);
    assert_int_equal(names.count, RANKS);
    assert_int_equal(rank_of(run, run->names[2]), 2);
    mw_names_fini(&names);
    mkdir(run->dir.path, 0700);
    close(fd);
    unmake(run);
}

/* An id may belong to any process. */
static void believes_only_what_it_should_be(void **state)
{
    struct run *run = make();
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
    unmake(run);
}

static void leaves_another_host_alone(void **state)
{
    struct run *run = make();
    struct mw_segment_locator locator;
    int fd = openat(run->dir.fd, run->names[0], O_RDONLY);

    (void)state;
    assert_int_equal(mw_segment_read_locator(&locator, fd), 0);
    close(fd);
    synthetic_put(&run->dir, "journal-0000000000000077-elsewhere-5", &locator, sizeof(locator));
    assert_int_equal(rank_of(run, "journal-0000000000000077-elsewhere-5"), -1);
    unmake(run);
}

/* Nothing remains if the locator cannot be created. */
static void leaves_nothing_when_it_fails(void **state)
{
    struct run *run = make();
    struct mw_journal journal;
    struct mw_err err;

    (void)state;
    leave(run, 0);
    assert_int_equal(mw_journal_create_segment(&journal, run->dir.fd, run->dir.path, run->names[0], &err), -1);
    assert_non_null(strstr(err.text, "File exists"));
    assert_int_equal(mw_segments_bytes(run->dir.fd), RANKS * mw_segment_size(mw_journal_length()));
    unmake(run);
}

static void becomes_a_file(void **state)
{
    struct run *run = make();
    struct mw_journal_read journal;
    struct stat st;

    (void)state;
    run->journals[0].state->peak = 99;
    strcpy(run->journals[0].sites[1000].call, "MPI_Bcast");
    mw_journal_publish(&run->journals[0], MW_SECTION_SITE, 1000);
    leave(run, 0);
    leave(run, 1);
    overwrite(run, run->names[1], "", 0);
    assert_int_equal(mw_segments_to_files(run->dir.fd), 0);
    assert_false(exists(run->ids[0]));
    assert_false(exists(run->ids[1]));
    assert_true(exists(run->ids[2])); /* its rank may still write */
    assert_int_equal(fstatat(run->dir.fd, run->names[0], &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_size, mw_journal_length());
    assert_int_equal(mw_journal_read_file(&journal, run->dir.fd, run->names[0], NULL), 0);
    assert_int_equal(journal.state.peak, 99);
    assert_int_equal(journal.site_count, 1001);
    assert_string_equal(journal.sites[1000].call, "MPI_Bcast");
    assert_string_equal(journal.damage, "");
    mw_journal_read_fini(&journal);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(rank_of(run, run->names[i]), i);
    unmake(run);
}

static void stays_when_there_is_no_room(void **state)
{
    struct rlimit before, small = {4096, RLIM_INFINITY};
    struct run *run = make();

    (void)state;
    leave(run, 0);
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_equal(mw_segments_to_files(run->dir.fd), 1);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(exists(run->ids[0]));
    assert_int_equal(rank_of(run, run->names[0]), 0);
    unmake(run);
}

static void is_removed_with_its_run(void **state)
{
    struct run *run = make(), *other = make();

    (void)state;
    for (int i = 0; i < RANKS; i++)
        leave(run, i);
    unlinkat(run->dir.fd, run->names[0], 0);
    mw_segments_remove(run->dir.fd);
    for (int i = 0; i < RANKS; i++) {
        assert_false(exists(run->ids[i]));
        assert_true(exists(other->ids[i]));
    }
    overwrite(other, other->names[0], "x", 1);
    mw_segments_remove_file(other->dir.fd, other->names[0]);
    mw_segments_remove_file(other->dir.fd, other->names[1]);
    for (int i = 0; i < RANKS; i++)
        leave(other, i);
    assert_false(exists(other->ids[0]));
    assert_false(exists(other->ids[1]));
    assert_true(exists(other->ids[2]));
    unmake(run);
    unmake(other);
}

/* Only segments that are not used and cannot be found any more. */
static void sweeps_what_was_left(void **state)
{
    struct run *run = make();
    int half, whole = shmget(IPC_PRIVATE, mw_segment_size(mw_journal_length()), IPC_CREAT | 0600);
    char *bytes = shmat(whole, NULL, 0);

    (void)state;
    half = shmget(IPC_PRIVATE, mw_segment_size(mw_journal_length()), IPC_CREAT | 0600);
    bytes[7] = 1; /* another program's, of the same size */
    shmdt(bytes);
    leave(run, 0);
    leave(run, 1);
    mw_segments_sweep();
    assert_true(exists(run->ids[0])); /* its directory exists */
    for (int i = 0; i < RANKS; i++)
        unlinkat(run->dir.fd, run->names[i], 0);
    assert_int_equal(rmdir(run->dir.path), 0);
    mw_segments_sweep();
    assert_false(exists(run->ids[0]));
    assert_false(exists(run->ids[1]));
    assert_true(exists(run->ids[2])); /* a rank lives */
    assert_true(exists(whole));
    assert_true(exists(half)); /* just created */
    shmctl(whole, IPC_RMID, NULL);
    shmctl(half, IPC_RMID, NULL);
    mkdir(run->dir.path, 0700);
    unmake(run);
}

/* If a path has another meaning here, the directory may exist there. */
static void leaves_other_roots_alone(void **state)
{
    struct run *run = make();
    struct mw_segment_head *head = (struct mw_segment_head *)(uintptr_t)mw_segment_of(run->journals[0].head);

    (void)state;
    assert_true(head->root != 0);
    head->root++;
    snprintf(head->directory, sizeof(head->directory), "/nowhere/memwatch-0-0123456789abcdef");
    leave(run, 0);
    mw_segments_sweep();
    assert_true(exists(run->ids[0]));
    unmake(run);
}

/* But the user may name them, unless a rank is alive. */
static void removes_what_is_named(void **state)
{
    struct run *run = make();
    struct mw_segment_head *head = (struct mw_segment_head *)(uintptr_t)mw_segment_of(run->journals[0].head);
    struct mw_names names = {0};
    char named[sizeof(head->directory)];
    size_t used;

    (void)state;
    snprintf(named, sizeof(named), "/elsewhere/%s", strrchr(run->dir.path, '/') + 1);
    head->root++;
    snprintf(head->directory, sizeof(head->directory), "%s", named);
    leave(run, 0);
    mw_segments_add_foreign(&names);
    assert_int_equal(names.count, 1);
    assert_string_equal(names.items[0], named);
    mw_names_fini(&names);
    assert_int_equal(mw_segments_remove_named(named, &used), 0);
    assert_int_equal(used, RANKS - 1);
    assert_true(exists(run->ids[0]));
    for (int i = 1; i < RANKS; i++)
        leave(run, i);
    assert_int_equal(mw_segments_remove_named("/elsewhere/memwatch-0-0123456789abcdef", &used), 0);
    assert_int_equal(used, 0);
    assert_int_equal(mw_segments_remove_named(named, &used), RANKS);
    for (int i = 0; i < RANKS; i++)
        assert_false(exists(run->ids[i]));
    unmake(run);
}

/* Killed at any time: stored data remains. */
static void survives_its_process(void **state)
{
    struct run *run = make();
    struct mw_journal_read journal;
    int status;
    pid_t pid = fork();

    (void)state;
    if (!pid) {
        run->journals[1].state->peak = 31337;
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    leave(run, 1);
    overwrite(run, run->names[1], "", 0);
    assert_int_equal(mw_journal_read_file(&journal, run->dir.fd, run->names[1], NULL), 0);
    assert_int_equal(journal.state.peak, 31337);
    mw_journal_read_fini(&journal);
    unmake(run);
}

static void knows_runs_by_name(void **state)
{
    (void)state;
    assert_true(mw_segment_run("/dev/shm/memwatch-0-1") == mw_segment_run("/tmp/x/memwatch-0-1/"));
    assert_true(mw_segment_run("/dev/shm/memwatch-0-1") != mw_segment_run("/dev/shm/memwatch-0-2"));
    assert_true(mw_segment_run("/") == mw_segment_run(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_private_and_found),
        cmocka_unit_test(is_mapped_by_others),
        cmocka_unit_test(is_found_without_its_file),
        cmocka_unit_test(is_found_when_the_directory_is_gone),
        cmocka_unit_test(believes_only_what_it_should_be),
        cmocka_unit_test(leaves_another_host_alone),
        cmocka_unit_test(leaves_nothing_when_it_fails),
        cmocka_unit_test(becomes_a_file),
        cmocka_unit_test(stays_when_there_is_no_room),
        cmocka_unit_test(is_removed_with_its_run),
        cmocka_unit_test(sweeps_what_was_left),
        cmocka_unit_test(leaves_other_roots_alone),
        cmocka_unit_test(removes_what_is_named),
        cmocka_unit_test(survives_its_process),
        cmocka_unit_test(knows_runs_by_name),
    };
    int id;

    /* a memwatch that searches for its segments attaches briefly to each: test this among other segments only if necessary */
    if (unshare(CLONE_NEWIPC))
        print_message("# in the machine's own IPC namespace\n");
    id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

    if (id < 0)
        return 77; /* no segments on this machine */
    shmctl(id, IPC_RMID, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
