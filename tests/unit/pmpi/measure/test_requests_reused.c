/* SPDX-License-Identifier: MIT */
/* Handles that are used again, also by other threads, while somebody waits. */
#include "pmpi/measure/requests.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* MPI_Wait of one thread has freed the handle, and before it returns, another thread gets the same one. */
static void another_thread_gets_the_handle(void **state)
{
    static struct mw_requests_pending first;
    uint64_t base = 0, peak = 0;

    (void)state;
    made_ibcast(made_next_handle, 4, 1, true);
    made_rise_to(500 * MIB);
    assert_true(mw_requests_find(&first, 1, &made_next_handle));
    made_ibcast(made_next_handle, 5, 2, true);
    assert_int_equal(made_window_count, 1);
    first.items[0].done = true;
    mw_requests_completed(&first, &base, &peak);
    mw_requests_release(&first);
    assert_int_equal(peak, 0);
    assert_true(mw_requests_find(&made_pending, 1, &made_next_handle)); /* that of the other thread still exists */
    assert_int_equal(made_pending.start_site, 3);
    assert_int_equal(made_pending.comm_size, 5);
    mw_requests_release(&made_pending);
    made_rise_to(150 * MIB);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    assert_int_equal(peak, 150 * MIB);
}

/* The same, and the request completes there before the first thread has returned. */
static void another_thread_gets_and_completes_the_handle(void **state)
{
    static struct mw_requests_pending first;
    uint64_t base, peak;

    (void)state;
    made_ibcast(made_next_handle, 4, 1, true);
    assert_true(mw_requests_find(&first, 1, &made_next_handle));
    made_create(made_next_handle, 9, 5);
    made_start(made_next_handle, 2, true);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    made_start(made_next_handle, 3, true);
    first.items[0].done = true;
    mw_requests_completed(&first, &base, &peak);
    mw_requests_release(&first);
    assert_true(made_is_active(made_next_handle));
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    made_forget(made_next_handle);
}

/* One handle for all requests that are complete from the start: it is seen twice without a wait, and is ignored from then
 * on. */
static void a_handle_for_many_requests_says_nothing(void **state)
{
    (void)state;
    made_ibcast(made_next_handle, 4, 1, true);
    made_ibcast(made_next_handle, 4, 2, true);
    assert_int_equal(made_window_count, 0);
    assert_false(made_is_active(made_next_handle));
    for (int i = 0; i < 5; i++) {
        made_ibcast(made_next_handle, 4, 3, true);
        assert_false(made_is_active(made_next_handle));
    }
    assert_int_equal(mw_requests_live, 0);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 0);
}

/* A thread that waited for the handle's last request waits for none of these. */
static void one_of_many_requests_in_the_middle_of_a_wait(void **state)
{
    static struct mw_requests_pending first;

    (void)state;
    made_ibcast(made_next_handle, 4, 1, true);
    assert_true(mw_requests_find(&first, 1, &made_next_handle));
    made_ibcast(made_next_handle, 4, 2, true);
    assert_true(made_is_active(made_next_handle));
    made_ibcast(made_next_handle, 4, 3, true);
    assert_false(made_is_active(made_next_handle));
    mw_requests_release(&first);
}

/* Another request has its entry now. */
static void the_entry_of_a_wait_is_given_to_another_request(void **state)
{
    static struct mw_requests_pending first;
    uint64_t base = 0, peak = 0;

    (void)state;
    made_ibcast(made_next_handle, 4, 1, true);
    assert_true(mw_requests_find(&first, 1, &made_next_handle));
    made_ibcast(made_next_handle, 4, 2, true);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    made_ibcast(made_next_handle + 1, 4, 3, true);
    made_rise_to(800 * MIB);
    first.items[0].done = true;
    mw_requests_completed(&first, &base, &peak);
    mw_requests_release(&first);
    assert_int_equal(peak, 0);
    assert_true(made_wait_for(made_next_handle + 1, &base, &peak));
    assert_int_equal(peak, 800 * MIB);
}

static void handles_may_come_again_for_ever(void **state)
{
    uint64_t base, peak;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        made_ibcast(made_next_handle + i % 3, 4, 1, true);
        assert_true(made_wait_for(made_next_handle + i % 3, &base, &peak));
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_thread_gets_the_handle),
        TEST(another_thread_gets_and_completes_the_handle),
        TEST(a_handle_for_many_requests_says_nothing),
        TEST(one_of_many_requests_in_the_middle_of_a_wait),
        TEST(the_entry_of_a_wait_is_given_to_another_request),
        TEST(handles_may_come_again_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
