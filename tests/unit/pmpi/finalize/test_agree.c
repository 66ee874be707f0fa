/* SPDX-License-Identifier: MIT */
/* Whether ranks of one host agree to gather: real processes with journals in one directory, without MPI. Either all do, or
 * none. */
#include "pmpi/finalize/agree.h"

#include "collector/base/clock.h"
#include "pmpi/abi/library.h"
#include "pmpi/finalize/peers.h"
#include "pmpi/rank/rank.h"
#include "pmpi/rank/stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WORLD 0x77
#define RANKS 4

void mw_library_progress(void)
{
}

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/memwatch-test-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    mw_rank.dirfd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    strcpy(mw_rank.host, "here");
    return mw_rank.dirfd < 0;
}

static int remove_directory(void **state)
{
    DIR *dir = fdopendir(mw_rank.dirfd);
    struct dirent *entry;

    (void)state;
    rewinddir(dir);
    while ((entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return rmdir(directory);
}

static void make_journal(uint64_t world, const char *host, int size)
{
    char name[MW_JOURNAL_NAME_SIZE];
    struct mw_err err;

    mw_journal_name(name, world, host, getpid());
    assert_int_equal(mw_journal_create(&mw_rank.journal, mw_rank.dirfd, name, &err), 0);
    mw_rank.journal.ident->pid = getpid();
    mw_rank.journal.ident->size = size;
    mw_rank.journal.ident->world_id = world;
    mw_rank.journal.ident->pid_ns = 1;
}

/* The end of a rank. Returns the exit status of its process. */
typedef int rank_body(int rank);

static int agrees(int rank)
{
    usleep((useconds_t)(1000 * rank)); /* they arrive one after another */
    return mw_agree_to_gather();
}

static int one_declines(int rank)
{
    if (rank != 2)
        return mw_agree_to_gather();
    usleep(20000);
    mw_agree_decline();
    return mw_rank.journal.state->decision == MW_STAGE_DECLINED ? 0 : 9;
}

static int one_has_no_directory(int rank)
{
    if (rank == 1) {
        close(mw_rank.dirfd);
        mw_rank.dirfd = -1;
    }
    return mw_agree_to_gather();
}

static int one_dies(int rank)
{
    return rank == 3 ? 5 : mw_agree_to_gather();
}

/* Starts ranks; all journals exist before any rank continues. `results`: their exit statuses. */
static void run(rank_body *body, int results[RANKS])
{
    pid_t pids[RANKS];
    int go[2], ready[2], left = RANKS;
    char byte;

    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(ready), 0);
    for (int i = 0; i < RANKS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            close(go[1]);
            make_journal(WORLD, "here", RANKS);
            if (write(ready[1], "", 1) != 1 || read(go[0], &byte, 1) != 0)
                _exit(99);
            _exit(body(i));
        }
    }
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(read(ready[0], &byte, 1), 1);
    close(go[1]);
    while (left--) { /* reaped immediately, so that other ranks see no zombie */
        int status;
        pid_t pid = wait(&status);
        for (int i = 0; i < RANKS; i++)
            if (pids[i] == pid)
                results[i] = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    close(go[0]);
    close(ready[0]);
    close(ready[1]);
}

/* Checks the decisions in their journals. */
static void assert_decisions(uint32_t decision)
{
    struct mw_peers peers;

    make_journal(WORLD, "here", RANKS); /* one more, to read the others */
    peers = mw_peers_map(100);
    assert_int_equal(peers.count, RANKS + 1);
    for (int i = 0; i < peers.count; i++)
        if (mw_peers_ident(peers.heads[i])->pid != getpid()) {
            assert_int_equal(mw_peers_decision(peers.heads[i]), decision);
            assert_true(mw_peers_state(peers.heads[i])->stage >= MW_STAGE_READY);
        }
    mw_peers_unmap(&peers);
    mw_journal_unmap(&mw_rank.journal);
}

static void all_agree(void **state)
{
    int results[RANKS];

    (void)state;
    run(agrees, results);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(results[i], 1);
    assert_decisions(MW_STAGE_COMMITTED);
}

static void none_gathers_if_one_declines(void **state)
{
    int results[RANKS];

    (void)state;
    run(one_declines, results);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(results[i], 0);
    assert_decisions(MW_STAGE_DECLINED);
}

static void none_when_one_has_no_directory(void **state)
{
    int results[RANKS];

    (void)state;
    run(one_has_no_directory, results);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(results[i], 0);
    assert_decisions(MW_STAGE_DECLINED);
}

static void none_when_one_dies(void **state)
{
    int results[RANKS];

    (void)state;
    run(one_dies, results);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(results[i], i == 3 ? 5 : 0);
}

static void a_single_rank_agrees(void **state)
{
    (void)state;
    make_journal(WORLD, "here", 1);
    assert_true(mw_agree_to_gather());
    assert_int_equal(mw_rank.journal.state->decision, MW_STAGE_COMMITTED);
    assert_int_equal(mw_rank.journal.state->stage, MW_STAGE_READY);
    mw_journal_unmap(&mw_rank.journal);
}

/* ---- peers ---- */

static void only_those_of_this_world_and_host(void **state)
{
    struct mw_journal others[3];
    struct mw_peers peers;
    uint64_t before;
    int fd;

    (void)state;
    make_journal(WORLD + 1, "here", 2);
    others[0] = mw_rank.journal;
    make_journal(WORLD, "elsewhere", 2);
    others[1] = mw_rank.journal;
    fd = openat(mw_rank.dirfd, "garbage", O_WRONLY | O_CREAT, 0600);
    close(fd);
    make_journal(WORLD, "here", 2);
    peers = mw_peers_map(10);
    assert_int_equal(peers.count, 1);
    assert_int_equal(mw_peers_ident(peers.heads[0])->pid, getpid());
    assert_false(mw_peers_is_gone(peers.heads[0]));
    mw_peers_unmap(&peers);
    assert_int_equal(peers.count, 0);
    peers = mw_peers_map(0);
    assert_int_equal(peers.count, 0);
    mw_peers_unmap(&peers);
    before = mw_clock_now();
    peers = mw_peers_wait(2, 10, 50 * MW_NS_PER_MS); /* the other one has no journal */
    assert_int_equal(peers.count, 1);
    assert_true(mw_clock_now() >= before + 50 * MW_NS_PER_MS);
    mw_peers_unmap(&peers);
    others[2] = mw_rank.journal;
    for (int i = 0; i < 3; i++)
        mw_journal_unmap(&others[i]);
}

static void who_is_gone(void **state)
{
    struct mw_peers peers;
    pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    make_journal(WORLD, "here", 2);
    peers = mw_peers_map(10);
    assert_int_equal(peers.count, 1);
    mw_rank.journal.ident->pid = child;
    assert_true(mw_peers_is_gone(peers.heads[0]));
    mw_rank.journal.ident->pid = 1; /* perhaps another user's: it exists, but we may not signal it */
    assert_false(mw_peers_is_gone(peers.heads[0]));
    mw_peers_unmap(&peers);
    mw_journal_unmap(&mw_rank.journal);
}

static void without_a_directory_there_are_none(void **state)
{
    int kept = mw_rank.dirfd;
    struct mw_peers peers;

    (void)state;
    make_journal(WORLD, "here", 2);
    mw_rank.dirfd = -1;
    peers = mw_peers_map(10);
    assert_int_equal(peers.count, 0);
    mw_peers_unmap(&peers);
    assert_false(mw_agree_to_gather());
    assert_int_equal(mw_rank.journal.state->decision, MW_STAGE_DECLINED);
    mw_rank.dirfd = kept;
    mw_journal_unmap(&mw_rank.journal);
}

static void how_many_were_started_here(void **state)
{
    (void)state;
    unsetenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    unsetenv("MPI_LOCALNRANKS");
    unsetenv("SLURM_STEP_NUM_NODES");
    assert_int_equal(mw_peers_started_here(), INT_MAX);
    setenv("SLURM_STEP_NUM_NODES", "1", 1);
    assert_int_equal(mw_peers_started_here(), INT_MAX);
    setenv("SLURM_STEP_NUM_NODES", "2", 1);
    assert_int_equal(mw_peers_started_here(), 1);
    setenv("MPI_LOCALNRANKS", "5", 1);
    assert_int_equal(mw_peers_started_here(), 5);
    setenv("OMPI_COMM_WORLD_LOCAL_SIZE", "6", 1);
    assert_int_equal(mw_peers_started_here(), 6);
    setenv("OMPI_COMM_WORLD_LOCAL_SIZE", "garbage", 1);
    assert_int_equal(mw_peers_started_here(), 5);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_agree),
        TEST(none_gathers_if_one_declines),
        TEST(none_when_one_has_no_directory),
        TEST(none_when_one_dies),
        TEST(a_single_rank_agrees),
        TEST(only_those_of_this_world_and_host),
        TEST(who_is_gone),
        TEST(without_a_directory_there_are_none),
        cmocka_unit_test(how_many_were_started_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
