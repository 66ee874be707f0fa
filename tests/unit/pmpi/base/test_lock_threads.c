/* SPDX-License-Identifier: MIT */
/* A lock between threads: none is refused, and an owner that never unlocks, was cancelled or has ended. */
#include "collector/base/clock.h"
#include "pmpi/base/lock.h"
#include "tests/unit/pmpi/base/made_sections.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static volatile long sum, owners;

static void add(void)
{
    long before = sum;

    assert_int_equal(__atomic_add_fetch(&owners, 1, __ATOMIC_RELAXED), 1);
    sum = before + 1;
    __atomic_sub_fetch(&owners, 1, __ATOMIC_RELAXED);
}

#define ROUNDS 20000

static void *add_often(void *unused)
{
    for (int i = 0; i < ROUNDS; i++)
        assert_int_equal(made_section(add), MW_LOCK_TAKEN);
    return unused;
}

static void no_thread_is_refused(void **state)
{
    pthread_t threads[4];

    (void)state;
    sum = 0;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_often, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sum, 4 * ROUNDS);
    assert_int_equal(made_unrecorded, 0);
}

static int ready[2];

static void say_ready_and_wait(void)
{
    char byte = 0;

    assert_int_equal(write(ready[1], &byte, 1), 1);
    for (;;)
        pause();
}

static void *hold(void *inside)
{
    (void)inside;
    made_section(say_ready_and_wait);
    return NULL;
}

static pthread_t start_holder(void)
{
    pthread_t thread;
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pthread_create(&thread, NULL, hold, NULL), 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    return thread;
}

static void end_holder(pthread_t thread)
{
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    close(ready[0]);
    close(ready[1]);
}

/* A thread that ends inside a function leaves its stack poisoned, and AddressSanitizer ends the process for it. */
#ifdef __SANITIZE_ADDRESS__
#define NEEDS_CANCELLATION() skip()
#else
#define NEEDS_CANCELLATION() ((void)0)
#endif

/* The kernel may still know a thread shortly after it was joined, so it may be reported as alive. */
static enum mw_lock_result section_when_forgotten(void)
{
    enum mw_lock_result result;

    while ((result = made_section(NULL)) == MW_LOCK_BUSY)
        usleep(1000);
    return result;
}

/* The first one waits until its timeout, those after it do not wait, and after the end the lock works again. */
static void an_owner_that_never_unlocks(void **state)
{
    pthread_t thread = start_holder();
    uint64_t begin = mw_clock_now();

    (void)state;
    NEEDS_CANCELLATION();
    assert_int_equal(made_section(NULL), MW_LOCK_BUSY);
    assert_true(mw_clock_now() - begin >= MW_LOCK_TIMEOUT_NS);
    begin = mw_clock_now();
    for (int i = 0; i < 100; i++)
        assert_int_equal(made_section(NULL), MW_LOCK_BUSY);
    assert_true(mw_clock_now() - begin < MW_LOCK_TIMEOUT_NS);
    assert_int_equal(made_unrecorded, 101);
    end_holder(thread);
    assert_int_equal(section_when_forgotten(), MW_LOCK_TAKEN_OVER);
    assert_int_equal(made_section(NULL), MW_LOCK_TAKEN);
}

static void an_owner_that_was_cancelled(void **state)
{
    (void)state;
    NEEDS_CANCELLATION();
    end_holder(start_holder());
    assert_int_equal(made_section(NULL), MW_LOCK_TAKEN_OVER);
    assert_int_equal(made_unrecorded, 0);
}

static void *call_for_ever(void *unused)
{
    int type;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    for (;;)
        made_section(NULL);
    return unused;
}

/* At any instruction. */
static void hundreds_of_asynchronous_cancellations(void **state)
{
    (void)state;
    NEEDS_CANCELLATION();
    for (int i = 0; i < 400; i++) {
        pthread_t thread;
        void *result;
        assert_int_equal(pthread_create(&thread, NULL, call_for_ever, NULL), 0);
        for (int j = 0; j < i % 90; j++)
            made_section(NULL);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        assert_ptr_equal(result, PTHREAD_CANCELED);
        assert_int_not_equal(made_section(NULL), MW_LOCK_BUSY);
    }
    assert_int_equal(made_unrecorded, 0);
}

static void *hold_for_ever(void *unused)
{
    int type;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    for (;;) {
        mw_lock_disable_cancel();
        mw_lock_restore_cancel();
    }
    return unused;
}

/* A thread that is cancelled while cancellation is disabled has the result of a cancelled thread. */
static void cancelled_when_held(void **state)
{
    (void)state;
    NEEDS_CANCELLATION();
    for (int i = 0; i < 200; i++) {
        pthread_t thread;
        void *result;
        assert_int_equal(pthread_create(&thread, NULL, hold_for_ever, NULL), 0);
        usleep(i % 20 * 5);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        assert_ptr_equal(result, PTHREAD_CANCELED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_thread_is_refused, made_set_up),
        cmocka_unit_test_setup(an_owner_that_never_unlocks, made_set_up),
        cmocka_unit_test_setup(an_owner_that_was_cancelled, made_set_up),
        cmocka_unit_test_setup(hundreds_of_asynchronous_cancellations, made_set_up),
        cmocka_unit_test_setup(cancelled_when_held, made_set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
