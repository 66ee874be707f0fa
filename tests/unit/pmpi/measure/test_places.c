/* SPDX-License-Identifier: MIT */
/* The table of places: what is found again, what is dropped, and which stacks are worth walking. */
#include "pmpi/measure/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char bcast[] = "MPI_Bcast", scan[] = "MPI_Scan";

/* Not evenly spaced: the hash would distribute these too well. */
static const void *address(uintptr_t i)
{
    return (const void *)(0x7f0000001000 + 16 * i * i);
}

/* The table is never emptied: each test uses different places. */
static void a_place_is_identified_by_its_complete_key(void **state)
{
    const struct mw_sites_key keys[] = {{bcast, 4, 0}, {scan, 4, 0}, {bcast, 5, 0}, {bcast, 4, 1}, {bcast, 4, 2}};
    struct mw_place *places[5];

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_null(mw_places_find(&keys[i], address(1)));
        places[i] = mw_places_make(&keys[i], address(1), false);
        assert_non_null(places[i]);
        for (int k = 0; k < i; k++)
            assert_ptr_not_equal(places[i], places[k]);
    }
    for (int i = 0; i < 5; i++) {
        assert_ptr_equal(mw_places_find(&keys[i], address(1)), places[i]);
        assert_ptr_equal(mw_places_make(&keys[i], address(1), false), places[i]);
        assert_null(mw_places_find(&keys[i], address(2)));
    }
}

/* So many that they collide. */
#define LOADED 400

static void unloaded_places_are_removed(void **state)
{
    const struct mw_sites_key key = {bcast, 9, 0};
    struct mw_place *stays[LOADED], *again;

    (void)state;
    for (unsigned i = 0; i < LOADED; i++) {
        assert_non_null(mw_places_make(&key, address(100 + 2 * i), true));
        stays[i] = mw_places_make(&key, address(101 + 2 * i), false);
    }
    mw_places_forget_unloaded();
    for (unsigned i = 0; i < LOADED; i++) {
        assert_null(mw_places_find(&key, address(100 + 2 * i)));
        assert_ptr_equal(mw_places_find(&key, address(101 + 2 * i)), stays[i]);
    }
    again = mw_places_make(&key, address(100), true); /* other code at the same address */
    assert_int_equal(again->misses, 0);
    assert_ptr_equal(mw_places_find(&key, address(100)), again);
}

static int walks(struct mw_place *place, int calls)
{
    int count = 0;

    for (int i = 0; i < calls; i++)
        count += mw_places_is_worth_walking(place);
    return count;
}

static void unsuccessful_walks_become_rare(void **state)
{
    const struct mw_sites_key key = {scan, 7, 0};
    struct mw_place *place = mw_places_make(&key, address(300), false);

    (void)state;
    for (int i = 0; i < 64; i++) {
        assert_true(mw_places_is_worth_walking(place));
        mw_places_walked(place, false);
    }
    assert_int_equal(walks(place, 3200), 100);
    for (int i = 0; i < 1000; i++)
        mw_places_walked(place, false); /* however often without a result */
    assert_int_equal(walks(place, 3200), 100);
    mw_places_walked(place, true); /* one that was not */
    assert_int_equal(walks(place, 100), 100);
    for (int i = 0; i < 8; i++)
        mw_places_walked(place, false);
    assert_int_equal(walks(place, 3200), 100);
    for (int i = 0; i < 100; i++)
        mw_places_walked(place, true);
    for (int i = 0; i < 63; i++)
        mw_places_walked(place, false);
    assert_int_equal(walks(place, 100), 100);
}

/* The last test: afterwards the table is full. */
static void a_full_table_keeps_its_entries(void **state)
{
    const struct mw_sites_key key = {scan, 3, 0};
    unsigned made = 0;

    (void)state;
    for (unsigned i = 0; i < 2 * MW_PLACES; i++) {
        struct mw_place *place = mw_places_make(&key, address(1000 + i), false);
        assert_ptr_equal(place, mw_places_find(&key, address(1000 + i)));
        assert_true(!place || made == i);
        made += place != NULL;
    }
    assert_int_equal(made, MW_PLACES / 2 - (5 + 2 * LOADED + 1 + 1)); /* minus those of the other tests */
    assert_non_null(mw_places_make(&key, address(1000), false));      /* exists */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_identified_by_its_complete_key),
        cmocka_unit_test(unloaded_places_are_removed),
        cmocka_unit_test(unsuccessful_walks_become_rare),
        cmocka_unit_test(a_full_table_keeps_its_entries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
