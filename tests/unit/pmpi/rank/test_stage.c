/* SPDX-License-Identifier: MIT */
/* A rank's stage never decreases, whoever sets it, and an abort is final. */
#include "pmpi/rank/stage.h"

#include "collector/journal/journal.h"
#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct mw_rank mw_rank;

static int set_up(void **state)
{
    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_rank.journal.ident->pid = getpid();
    mw_rank.recording = true;
    mw_syscalls_over = false;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static uint32_t stage(void)
{
    return mw_rank.journal.state->stage;
}

static void it_never_goes_back(void **state)
{
    (void)state;
    mw_stage_reach(MW_STAGE_FINALIZED);
    assert_int_equal(stage(), MW_STAGE_FINALIZED);
    mw_stage_reach(MW_STAGE_RUNNING);
    mw_stage_reach(MW_STAGE_READY);
    assert_int_equal(stage(), MW_STAGE_FINALIZED);
    mw_stage_reach(MW_STAGE_EXITED);
    assert_int_equal(stage(), MW_STAGE_EXITED);
}

static void but_for_a_session_after_the_last(void **state)
{
    (void)state;
    mw_stage_resume();
    assert_int_equal(stage(), 0);
    mw_stage_reach(MW_STAGE_READY);
    mw_stage_resume();
    assert_int_equal(stage(), MW_STAGE_READY);
    mw_stage_reach(MW_STAGE_FINALIZED);
    mw_stage_resume();
    assert_int_equal(stage(), MW_STAGE_RUNNING);
    mw_stage_reach(MW_STAGE_EXITED);
    mw_stage_resume();
    assert_int_equal(stage(), MW_STAGE_EXITED);
}

static void the_first_abort_is_kept(void **state)
{
    uint64_t first;

    (void)state;
    mw_stage_reach(MW_STAGE_RUNNING);
    mw_stage_abort(17);
    first = mw_rank.journal.state->abort_ns;
    assert_true(first > 0);
    assert_int_equal(stage(), MW_STAGE_ABORTED);
    mw_stage_abort(99);
    mw_stage_reach(MW_STAGE_EXITED);
    mw_stage_reach(MW_STAGE_FINALIZED);
    mw_stage_resume();
    assert_int_equal(stage(), MW_STAGE_ABORTED);
    assert_int_equal(mw_rank.journal.state->abort_code, 17);
    assert_int_equal(mw_rank.journal.state->abort_ns, first);
}

static void only_the_ranks_own_abort_counts(void **state)
{
    (void)state;
    mw_rank.recording = false;
    mw_stage_abort(17);
    mw_rank.recording = true;
    mw_rank.journal.ident->pid = getpid() + 1; /* a child of _Fork() sees its parent's journal */
    mw_stage_abort(17);
    assert_int_equal(stage(), 0);
    assert_int_equal(mw_rank.journal.state->abort_ns, 0);
    mw_syscalls_over = true; /* in a sandbox the pid cannot be queried */
    mw_stage_abort(17);
    assert_int_equal(stage(), MW_STAGE_ABORTED);
}

/* Threads that raise the stage at the same time, each to different stages. */
#define THREADS 4
#define TURNS 20000

static pthread_barrier_t together;

static void *raise_in_thread(void *number)
{
    uint32_t *at = &mw_rank.journal.state->stage, before = 0;
    bool back = false;

    for (int turn = 0; turn < TURNS; turn++) {
        if (turn % 100 == 0) {
            if (pthread_barrier_wait(&together) == PTHREAD_BARRIER_SERIAL_THREAD)
                __atomic_store_n(at, 0, __ATOMIC_RELEASE);
            pthread_barrier_wait(&together);
            before = 0;
        }
        mw_stage_reach((enum mw_stage)((turn % 100) * THREADS + (int)(intptr_t)number) % 1000);
        uint32_t now = __atomic_load_n(at, __ATOMIC_ACQUIRE);
        back |= now < before || now < (uint32_t)((turn % 100) * THREADS + (int)(intptr_t)number);
        before = now;
    }
    return back ? number : NULL;
}

static void threads_raise_it_at_once(void **state)
{
    pthread_t threads[THREADS];
    void *result;

    (void)state;
    pthread_barrier_init(&together, NULL, THREADS);
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, raise_in_thread, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        assert_null(result);
    }
    assert_int_equal(stage(), 99 * THREADS + THREADS);
    pthread_barrier_destroy(&together);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_never_goes_back),       TEST(but_for_a_session_after_the_last),
        TEST(the_first_abort_is_kept),  TEST(only_the_ranks_own_abort_counts),
        TEST(threads_raise_it_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
