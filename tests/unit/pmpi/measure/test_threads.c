/* SPDX-License-Identifier: MIT */
/* Which threads are reported for a rank, with real threads of this process. */
#include "pmpi/measure/threads.h"

#include "pmpi/base/syscalls.h"
#include "pmpi/rank/rank.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

struct mw_rank mw_rank;

#define MOST 4

static pthread_t threads[MOST];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int begun, thread_count;
static bool over;

static void *wait_for_end(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    begun++;
    pthread_cond_broadcast(&changed);
    while (!over)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Returns when the thread is running. */
static void begin_thread(void)
{
    assert_int_equal(pthread_create(&threads[thread_count++], NULL, wait_for_end, NULL), 0);
    pthread_mutex_lock(&lock);
    while (begun < thread_count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static int set_up(void **state)
{
    struct stat st;

    *state = calloc(1, mw_journal_length());
    assert_non_null(*state);
    mw_journal_place(&mw_rank.journal, *state);
    mw_syscalls_over = false;
    over = false;
    begun = thread_count = 0;
    /* sanitizers and emulators may have threads; joined threads may still be ending */
    for (int i = 0; i < 1000 && !stat("/proc/self/task", &st) && st.st_nlink != 3; i++)
        sched_yield();
    return 0;
}

static int tear_down(void **state)
{
    pthread_mutex_lock(&lock);
    over = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    free(*state);
    return 0;
}

static uint64_t seen(void)
{
    return mw_rank.journal.state->threads;
}

static bool has_one_thread(void)
{
    struct stat st;

    return !stat("/proc/self/task", &st) && st.st_nlink == 3;
}

#define NEEDS_ONE_THREAD()     \
    do {                       \
        if (!has_one_thread()) \
            skip();            \
    } while (0)

static void none(void **state)
{
    (void)state;
    NEEDS_ONE_THREAD();
    mw_threads_before_init();
    assert_int_equal(seen(), MW_THREADS_NONE);
    begin_thread(); /* MPI's own */
    mw_threads_after_init(false);
    mw_threads_check();
    assert_int_equal(seen(), MW_THREADS_NONE);
}

static void some_before_init(void **state)
{
    (void)state;
    NEEDS_ONE_THREAD();
    begin_thread();
    mw_threads_before_init();
    assert_int_equal(seen(), MW_THREADS_INIT);
    mw_threads_after_init(true); /* the value never decreases */
    mw_threads_note_caller();
    assert_int_equal(seen(), MW_THREADS_INIT);
}

static void some_later(void **state)
{
    (void)state;
    NEEDS_ONE_THREAD();
    mw_threads_before_init();
    mw_threads_after_init(false);
    begin_thread();
    assert_int_equal(seen(), MW_THREADS_NONE);
    mw_threads_check();
    assert_int_equal(seen(), MW_THREADS_LATER);
}

static void what_the_program_asked_for(void **state)
{
    (void)state;
    NEEDS_ONE_THREAD();
    mw_threads_before_init();
    mw_threads_after_init(true);
    assert_int_equal(seen(), MW_THREADS_LATER);
}

static void a_call_of_another_thread(void **state)
{
    (void)state;
    NEEDS_ONE_THREAD();
    mw_threads_before_init();
    mw_threads_after_init(false);
    mw_threads_note_caller();
    assert_int_equal(seen(), MW_THREADS_LATER);
}

static void *init_in_thread(void *unused)
{
    (void)unused;
    mw_threads_before_init();
    return NULL;
}

static void init_in_another_thread(void **state)
{
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, init_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(seen(), MW_THREADS_INIT);
}

/* No system calls: the value stays unknown, whatever happens. */
static void nothing_is_measured_in_a_sandbox(void **state)
{
    (void)state;
    mw_syscalls_over = true;
    mw_threads_before_init();
    assert_int_equal(seen(), MW_THREADS_UNKNOWN);
    mw_threads_note_caller();
    mw_threads_after_init(true);
    assert_int_equal(seen(), MW_THREADS_UNKNOWN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(none),
        TEST(some_before_init),
        TEST(some_later),
        TEST(what_the_program_asked_for),
        TEST(a_call_of_another_thread),
        TEST(init_in_another_thread),
        TEST(nothing_is_measured_in_a_sandbox),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
