/* SPDX-License-Identifier: MIT */
/* More requests than entries, and tables that a thread left half-written. */
#include "pmpi/measure/requests.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_requests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- room ---- */

static void more_than_there_is_room_for(void **state)
{
    uint32_t h = made_next_handle;
    uint64_t base, peak;

    (void)state;
    for (uint32_t i = 0; i < MW_REQUESTS; i++)
        made_ibcast(h + i, 2, i, true);
    assert_int_equal(mw_requests_live, MW_REQUESTS);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 0);
    made_ibcast(h + MW_REQUESTS, 2, 1, true);
    made_create(h + MW_REQUESTS + 1, 2, 1);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 2);
    assert_false(made_is_active(h + MW_REQUESTS));
    assert_true(made_wait_for(h + 700, &base, &peak));
    made_ibcast(h + MW_REQUESTS, 2, 1, true);
    assert_int_equal(mw_rank.journal.cost->lost_requests, 2);
    for (uint32_t i = 0; i <= MW_REQUESTS; i++)
        assert_int_equal(made_wait_for(h + i, &base, &peak), i != 700);
}

/* All in one array: their entries are freed. */
static void all_in_one_call(void **state)
{
    static uint32_t handles[MW_REQUESTS];
    uint64_t base = 0, peak = 0;

    (void)state;
    for (uint32_t i = 0; i < MW_REQUESTS; i++)
        made_ibcast(handles[i] = made_next_handle + i, 2, i, i % 2);
    assert_true(mw_requests_find(&made_pending, MW_REQUESTS, handles));
    assert_int_equal(made_pending.count, MW_REQUESTS);
    for (int i = 0; i < made_pending.count; i++)
        made_pending.items[i].done = true;
    mw_requests_completed(&made_pending, &base, &peak);
    mw_requests_release(&made_pending);
}

/* ---- left in the middle ---- */

static void tables_that_were_left_half_written(void **state)
{
    uint64_t base, peak;

    (void)state;
    made_create(made_next_handle, 1, 1);
    made_jumps_from_size = true;
    if (!setjmp(made_out))
        made_ibcast(made_next_handle + 1, 3, 4, true);
    made_jumps_from_size = false;
    mw_requests_repair();
    assert_false(made_is_active(made_next_handle + 1));
    made_ibcast(made_next_handle + 1, 3, 4, true); /* the handle comes again */
    assert_true(made_is_active(made_next_handle + 1));
    made_jumps_from_open = true;
    if (!setjmp(made_out))
        made_ibcast(made_next_handle + 2, 3, 4, true);
    mw_requests_repair(); /* its window is on no list: closing it has no effect */
    assert_int_equal(mw_requests_live, 3);
    assert_true(made_wait_for(made_next_handle + 2, &base, &peak));
    made_jumps_from_open = false;
    assert_true(made_wait_for(made_next_handle + 1, &base, &peak));
    assert_int_equal(mw_requests_live, 1);
    made_start(made_next_handle, 5, true);
    assert_true(made_wait_for(made_next_handle, &base, &peak));
    made_forget(made_next_handle);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(more_than_there_is_room_for),
        TEST(all_in_one_call),
        TEST(tables_that_were_left_half_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
