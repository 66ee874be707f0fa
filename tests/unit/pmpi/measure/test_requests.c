/* SPDX-License-Identifier: MIT */
/* Requests from the call to their completion. */
#include "pmpi/abi/library.h"
#include "pmpi/abi/ops.h"
#include "pmpi/measure/requests.h"
#include "tests/unit/pmpi/measure/made_requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_nonblocking_one(void **state)
{
    uint32_t handle = made_next_handle;
    uint64_t base, peak;

    (void)state;
    assert_false(mw_requests_are_live());
    made_ibcast(handle, 6, 41, true);
    assert_true(mw_requests_are_live());
    made_rss = 90 * MIB;
    made_rise_to(130 * MIB);
    assert_true(mw_requests_find(&made_pending, 1, &handle));
    assert_int_equal(made_pending.count, 1);
    assert_string_equal(made_pending.call, "MPI_Ibcast");
    assert_int_equal(made_pending.start_site, 42);
    assert_int_equal(made_pending.comm_size, 6);
    assert_int_equal(made_pending.items[0].index, 0);
    assert_false(made_pending.items[0].done);
    base = 0;
    peak = 30 * MIB; /* the rise of the call itself: the pair's is not higher */
    made_pending.items[0].done = true;
    mw_requests_completed(&made_pending, &base, &peak);
    mw_requests_release(&made_pending);
    assert_int_equal(base, 0);
    assert_int_equal(peak, 30 * MIB);
    assert_false(mw_requests_are_live());
    assert_false(made_is_active(handle));

    made_ibcast(handle, 6, 41, true); /* the same again */
    made_rise_to(130 * MIB);
    assert_true(made_wait_for(handle, &base, &peak));
    assert_int_equal(base, 90 * MIB);
    assert_int_equal(peak, 130 * MIB);
}

static void what_rose_when_it_was_started_is_the_pairs(void **state)
{
    uint32_t handle = made_next_handle;
    const uintptr_t arguments[] = {0, 0, 0, 0, MADE_COMM(3), (uintptr_t)&handle};
    uint64_t base, peak;

    (void)state;
    mw_requests_started(&mw_ops[MW_OP_MPI_Ibcast], arguments, 1, true, 70 * MIB, 170 * MIB);
    assert_true(made_wait_for(handle, &base, &peak));
    assert_int_equal(base, 70 * MIB);
    assert_int_equal(peak, 170 * MIB);
}

static void one_that_was_not_measured(void **state)
{
    uint64_t base, peak;

    (void)state;
    made_ibcast(made_next_handle, 6, 41, false);
    assert_int_equal(made_window_count, 0);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    assert_int_equal(peak, 0);
}

static void a_call_that_did_not_complete_it(void **state)
{
    uint64_t base = 0, peak = 0;

    (void)state;
    made_ibcast(made_next_handle, 6, 41, true);
    made_rise_to(200 * MIB);
    assert_true(mw_requests_find(&made_pending, 1, &made_next_handle));
    mw_requests_completed(&made_pending, &base, &peak); /* MPI_Test returned false */
    mw_requests_release(&made_pending);
    assert_int_equal(peak, 0);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    assert_int_equal(peak, 200 * MIB);
}

static void a_persistent_one(void **state)
{
    uint32_t handle = made_next_handle;
    const uintptr_t arguments[] = {(uintptr_t)&handle};
    struct mw_bytes bytes = {0, 0};
    uint32_t size = 0;
    uint64_t base, peak;

    (void)state;
    assert_false(mw_requests_to_start(&mw_ops[MW_OP_MPI_Start], arguments, &bytes, &size));
    made_create(handle, 500, 8);
    assert_false(made_is_active(handle));
    assert_int_equal(made_window_count, 0);
    for (uint32_t turn = 0; turn < 3; turn++) {
        bytes = (struct mw_bytes){0, 0};
        size = 0;
        assert_true(mw_requests_to_start(&mw_ops[MW_OP_MPI_Start], arguments, &bytes, &size));
        assert_int_equal(bytes.sent, 500);
        assert_int_equal(bytes.received, 1000);
        assert_int_equal(size, 8);
        made_start(handle, 10 + turn, true);
        assert_true(mw_requests_find(&made_pending, 1, &handle));
        assert_string_equal(made_pending.call, "MPI_Bcast_init");
        assert_int_equal(made_pending.start_site, 11 + turn);
        assert_int_equal(made_pending.comm_size, 8);
        mw_requests_release(&made_pending);
        made_rise_to((300 + turn) * MIB);
        assert_true(made_wait_for(handle, &base, &peak));
        assert_int_equal(peak, (300 + turn) * MIB);
        assert_false(made_wait_for(handle, &base, &peak)); /* MPI_Wait on an inactive one returns at once */
        assert_true(mw_requests_are_live());
    }
    mw_requests_freed(&handle);
    assert_false(mw_requests_are_live());
    mw_requests_freed(&handle); /* a request that is not a collective's */
    assert_false(mw_requests_to_start(&mw_ops[MW_OP_MPI_Start], arguments, &bytes, &size));
}

/* Started again before its completion was seen: one reading earlier, the first peak is over. */
static void a_persistent_one_that_is_started_twice(void **state)
{
    uint64_t base, peak;

    (void)state;
    made_create(made_next_handle, 1, 8);
    made_start(made_next_handle, 10, true);
    made_rise_to(900 * MIB);
    made_start(made_next_handle, 11, true);
    assert_int_equal(made_window_count, 1);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    assert_int_equal(peak, 0);
    made_forget(made_next_handle);
}

static void many_are_started_and_completed_at_once(void **state)
{
    const uint32_t h = made_next_handle, all[] = {h, h + 1, 77 /* a message's */, h + 2, 0x2c000000 /* null */};
    const uint32_t waited[] = {77, h + 5, h + 1, 0x2c000000, h, h + 2};
    const uintptr_t arguments[] = {5, (uintptr_t)all};
    static const int indices[] = {1, 2, 4, 5}; /* of `waited` */
    struct mw_bytes bytes = {0, 0};
    uint64_t base = 0, peak = 0;
    uint32_t size = 0;

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        made_create(h + i, 100 << i, 4 + 2 * (i == 1));
    assert_true(mw_requests_to_start(&mw_ops[MW_OP_MPI_Startall], arguments, &bytes, &size));
    assert_int_equal(bytes.sent, 700);
    assert_int_equal(bytes.received, 1400);
    assert_int_equal(size, 6);
    made_start_all(all, 5, 20, true);
    made_rise_to(110 * MIB);
    made_rss = 105 * MIB;
    made_ibcast(h + 5, 9, 33, true);
    made_rise_to(120 * MIB);
    assert_true(mw_requests_find(&made_pending, 6, waited));
    assert_int_equal(made_pending.count, 4);
    assert_int_equal(made_pending.start_site, 34); /* of the first one */
    assert_string_equal(made_pending.call, "MPI_Ibcast");
    for (int i = 0; i < 4; i++)
        assert_int_equal(made_pending.items[i].index, indices[i]);
    made_pending.items[0].done = made_pending.items[2].done = true;
    mw_requests_completed(&made_pending, &base, &peak);
    mw_requests_release(&made_pending);
    assert_int_equal(base, 100 * MIB); /* rose by 20 */
    assert_int_equal(peak, 120 * MIB);
    assert_false(made_is_active(h));
    assert_false(made_is_active(h + 5));
    assert_true(made_wait_for(h + 1, &base, &peak));
    assert_true(made_wait_for(h + 2, &base, &peak));
    for (uint32_t i = 0; i < 3; i++)
        made_forget(h + i);
}

static void nothing_is_asked_of_no_array(void **state)
{
    const uintptr_t arguments[] = {0, 0};
    struct mw_bytes bytes = {0, 0};
    uint32_t size = 0;

    (void)state;
    made_create(made_next_handle, 1, 1);
    assert_false(mw_requests_find(&made_pending, 0, NULL));
    assert_false(mw_requests_find(&made_pending, 5, NULL));
    assert_int_equal(made_pending.count, 0);
    assert_false(mw_requests_to_start(&mw_ops[MW_OP_MPI_Startall], arguments, &bytes, &size));
    assert_int_equal(bytes.sent, 0);
    made_forget(made_next_handle);
}

/* In a library whose handles are pointers all 64 bits count. */
static void wide_handles(void **state)
{
    const uintptr_t low = 0x500000000000, other = 0x600000000000, array[] = {other, low};
    const uintptr_t arguments[] = {0, 0, 0, 0, 7, (uintptr_t)&low};

    (void)state;
    mw_library.abi = &mw_abi_openmpi;
    mw_requests_started(&mw_ops[MW_OP_MPI_Ibcast], arguments, 3, false, 0, 0);
    assert_true(mw_requests_find(&made_pending, 2, array));
    assert_int_equal(made_pending.count, 1);
    assert_int_equal(made_pending.items[0].index, 1);
    made_pending.items[0].done = true;
    mw_requests_completed(&made_pending, &(uint64_t){0}, &(uint64_t){0});
    mw_requests_release(&made_pending);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_nonblocking_one),
        TEST(what_rose_when_it_was_started_is_the_pairs),
        TEST(one_that_was_not_measured),
        TEST(a_call_that_did_not_complete_it),
        TEST(a_persistent_one),
        TEST(a_persistent_one_that_is_started_twice),
        TEST(many_are_started_and_completed_at_once),
        TEST(nothing_is_asked_of_no_array),
        TEST(wide_handles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
