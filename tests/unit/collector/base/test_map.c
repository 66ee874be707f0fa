/* SPDX-License-Identifier: MIT */
/* The hash table from byte strings to numbers, also if there is no memory. */
#include "collector/base/map.h"

#include "tests/unit/no_memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define KEYS 5000 /* the table grows several times */

static uint32_t find(const struct mw_map *map, uint32_t key)
{
    return mw_map_find(map, &key, sizeof(key));
}

static uint32_t try_add(struct mw_map *map, uint32_t key, uint32_t value)
{
    return mw_map_try_add(map, &key, sizeof(key), value);
}

static void test_add_find(void **state)
{
    struct mw_map *map = mw_map_create();

    (void)state;
    for (uint32_t key = 0; key < KEYS; key++)
        assert_int_equal(mw_map_add(map, &key, sizeof(key), 3 * key), 3 * key);
    for (uint32_t key = 0; key < KEYS; key++) {
        assert_int_equal(find(map, key), 3 * key);
        assert_int_equal(mw_map_add(map, &key, sizeof(key), 7), 3 * key); /* the first one remains */
    }
    assert_int_equal(find(map, KEYS), MW_MAP_NONE);
    mw_map_destroy(map);
}

/* Keys of different lengths are different, even if one begins with the other; they may be empty, and contain zeros. */
static void test_lengths(void **state)
{
    static const char bytes[] = "a\0b\0c and some more than eight bytes";
    struct mw_map *map = mw_map_create();

    (void)state;
    for (uint32_t length = 0; length < sizeof(bytes); length++)
        assert_int_equal(mw_map_add(map, bytes, length, length), length);
    for (uint32_t length = 0; length < sizeof(bytes); length++)
        assert_int_equal(mw_map_find(map, bytes, length), length);
    mw_map_destroy(map);
}

/* Two of three are removed, in an order that is not that of adding; the others are found after each. */
static void test_remove(void **state)
{
    static bool removed[KEYS];
    struct mw_map *map = mw_map_create();

    (void)state;
    for (uint32_t key = 0; key < KEYS; key++)
        try_add(map, key, key);
    for (uint32_t i = 0; i < 2 * KEYS / 3; i++) {
        uint32_t key = i * 7919 % KEYS; /* a prime: each key once */
        mw_map_remove(map, &key, sizeof(key));
        mw_map_remove(map, &key, sizeof(key)); /* it is not there */
        removed[key] = true;
        for (uint32_t other = i % 10; other < KEYS; other += 10)
            assert_int_equal(find(map, other), removed[other] ? MW_MAP_NONE : other);
    }
    for (uint32_t key = 0; key < KEYS; key++)
        assert_int_equal(try_add(map, key, KEYS + key), removed[key] ? KEYS + key : key);
    mw_map_destroy(map);
}

static void test_remove_all(void **state)
{
    struct mw_map *map = mw_map_create();

    (void)state;
    for (uint32_t round = 0; round < 5; round++) { /* more keys than slots, so all slots have to be freed */
        for (uint32_t key = 0; key < KEYS; key++)
            assert_int_equal(try_add(map, key, round), round);
        for (uint32_t key = 0; key < KEYS; key++)
            mw_map_remove(map, &key, sizeof(key));
        for (uint32_t key = 0; key < KEYS; key++)
            assert_int_equal(find(map, key), MW_MAP_NONE);
    }
    mw_map_destroy(map);
}

static void test_replace(void **state)
{
    struct mw_map *map = mw_map_create();

    (void)state;
    for (uint32_t key = 0; key < 10; key++)
        try_add(map, key, key);
    mw_map_replace(map, &(uint32_t){4}, sizeof(uint32_t), 40);
    for (uint32_t key = 0; key < 10; key++)
        assert_int_equal(find(map, key), key == 4 ? 40 : key);
    mw_map_destroy(map);
}

static void test_create_fails(void **state)
{
    struct mw_map *map;

    (void)state;
    no_memory_failures = 0;
    for (int before = 0;; before++) {
        no_memory_once(before);
        map = mw_map_try_create();
        if (map)
            break;
        assert_int_equal(no_memory_failures, before + 1);
    }
    no_memory_end();
    assert_int_equal(no_memory_failures, 2); /* of the table, and of its slots */
    assert_int_equal(try_add(map, 1, 2), 2);
    mw_map_destroy(map);
}

/* Each addition is tried with its first allocation failing, then its second, and so on, until none fails. */
static void test_add_fails(void **state)
{
    struct mw_map *map = mw_map_create();
    bool grew = false;

    (void)state;
    for (uint32_t key = 0; key < KEYS / 5; key++) {
        no_memory_failures = 0;
        for (int before = 0;; before++) {
            no_memory_once(before);
            if (try_add(map, key, key) == key)
                break;
            assert_int_equal(find(map, key), MW_MAP_NONE);
            for (uint32_t other = 0; other < key; other++)
                assert_int_equal(find(map, other), other);
        }
        no_memory_end();
        assert_true(no_memory_failures >= 1);
        grew = grew || no_memory_failures > 1; /* a table that has grown stays so: then only the key is left to fail */
        assert_int_equal(find(map, key), key);
    }
    assert_true(grew);
    mw_map_destroy(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_find),   cmocka_unit_test(test_lengths), cmocka_unit_test(test_remove),
        cmocka_unit_test(test_remove_all), cmocka_unit_test(test_replace), cmocka_unit_test(test_create_fails),
        cmocka_unit_test(test_add_fails),
    };

    alarm(60); /* a search that never ends fails */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
