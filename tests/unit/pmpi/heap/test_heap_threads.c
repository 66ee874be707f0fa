/* SPDX-License-Identifier: MIT */
/* Events in other threads, in children and in the middle of others, and owners of the lock that never come back. */
#include "pmpi/heap/heap.h"
#include "pmpi/heap/state.h"
#include "tests/unit/pmpi/heap/made_heap.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void *abandon_lock(void *unused)
{
    (void)unused;
    if (!mw_heap_enter(MW_HEAP_HERE))
        return NULL;
    mw_heap_begin_change(false);
    mw_heap_change_sum(MW_HEAP_SUM_TABLE, 4711); /* in the middle of an event */
    for (uint32_t i = 0; i < mw_heap_sites_count(); i++)
        mw_heap_sites_at(i)->amount.held += 100;
    return &made.state;
}

static void owner_of_the_lock_is_gone(void **state)
{
    pthread_t thread;
    void *result;

    (void)state;
    for (uintptr_t i = 1; i <= 100; i++)
        made_enter(i << 20, MIB, 4096);
    made_map((uintptr_t)1 << 40, MIB);
    made_take_mark(101 * MIB);
    assert_int_equal(pthread_create(&thread, NULL, abandon_lock, NULL), 0);
    pthread_join(thread, &result);
    assert_non_null(result);
    made_enter(101 << 20, MIB, 4096);
    made_take_mark(200 * MIB);
    assert_int_equal(made_sum_of_sites(), 102 * MIB);
    made_sums_agree();
}

static void nested_in_itself(void **state)
{
    uint64_t nested = made.state.lost_nested;

    (void)state;
    assert_true(mw_heap_enter(MW_HEAP_HERE));
    made_enter(0x1000, MIB, 4096);
    assert_false(made_release(0x1000));
    assert_int_equal(made.state.lost_nested - nested, 2);
    mw_heap_leave();
    assert_int_equal(mw_heap_blocks_count(), 0);
    made_enter(0x1000, MIB, 4096);
    assert_int_equal(mw_heap_blocks_count(), 1);
    assert_int_equal(made.state.lost_nested - nested, 2);
}

static void children_record_nothing(void **state)
{
    uint64_t held;
    pid_t child;
    int status;

    (void)state;
    made_enter(0x1000, 1000, 4096);
    held = made_sum_of_sites();
    assert_true(mw_heap_enter(MW_HEAP_HERE));               /* the lock is held while it begins */
    child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); /* handlers of libc do not run */
    if (child < 0)
        skip();
    if (child == 0) {
        bool records = mw_heap_is_recording();
        made_enter(0x2000, MIB, 4096);
        _exit(records || made_release(0x1000) || mw_heap_blocks_count() != 1);
    }
    mw_heap_leave();
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(made_sum_of_sites(), held);
    assert_true(mw_heap_is_recording());
}

static void *churn(void *argument)
{
    uintptr_t base = (uintptr_t)argument;

    for (uintptr_t i = 0; i < 20000; i++) {
        made_enter(base + i % 97 * 4096, 1000 + i, 4096);
        made_enter_other(base + MIB + i % 89 * 4096, MW_HEAP_BIG + i, 4096);
        if (i % 2)
            made_release(base + i * 7 % 97 * 4096);
    }
    for (uintptr_t i = 0; i < 97; i++) {
        made_release(base + i * 4096);
        made_release(base + MIB + i * 4096);
    }
    return NULL;
}

static void four_threads(void **state)
{
    pthread_t threads[4];

    (void)state;
    for (uintptr_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, churn, (void *)((i + 1) << 40)), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(made.state.lost_lock, 0);
    assert_int_equal(mw_heap_blocks_count(), 0);
    assert_int_equal(made_sum_of_sites(), 0);
    made_sums_agree();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(owner_of_the_lock_is_gone, made_start),
        cmocka_unit_test_setup(nested_in_itself, made_start),
        cmocka_unit_test_setup(children_record_nothing, made_start),
        cmocka_unit_test_setup(four_threads, made_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
