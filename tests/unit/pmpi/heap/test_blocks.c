/* SPDX-License-Identifier: MIT */
/* The table of blocks against a plain list of what is in it, and the filter: a bit is set exactly while a block of its class
 * is there. */
#include "pmpi/heap/blocks.h"

#include "pmpi/heap/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ROOM 70000

static uintptr_t there[ROOM];
static uint32_t there_count;

static int start(void **state)
{
    (void)state;
    memset(mw_heap_filter, 0, sizeof(mw_heap_filter));
    memset(mw_heap_filter_counts, 0, sizeof(mw_heap_filter_counts));
    there_count = 0;
    assert_true(mw_heap_blocks_start());
    return 0;
}

static uint64_t random_state = 1;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* A block that can be told from all others. */
static struct mw_heap_block block_at(uintptr_t address)
{
    return (struct mw_heap_block){.size = address ^ 0x5A5A, .weight = address * 3, .site = (uint16_t)(address >> 4)};
}

static bool is_block_at(const struct mw_heap_block *block, uintptr_t address)
{
    return block->size == (address ^ 0x5A5A) && block->weight == address * 3 && block->site == (uint16_t)(address >> 4);
}

static bool add(uintptr_t address)
{
    const struct mw_heap_block block = block_at(address);

    if (!mw_heap_blocks_add(address, &block))
        return false;
    there[there_count++] = address;
    return true;
}

static void remove_at(uint32_t index)
{
    struct mw_heap_block block;

    assert_true(mw_heap_blocks_remove(there[index], &block));
    assert_true(is_block_at(&block, there[index]));
    there[index] = there[--there_count];
}

static void all_are_found(void)
{
    assert_int_equal(mw_heap_blocks_count(), there_count);
    for (uint32_t i = 0; i < there_count; i++) {
        const struct mw_heap_block *block = mw_heap_blocks_find(there[i]);
        if (!block || !is_block_at(block, there[i]) || !mw_heap_filter_has(there[i]) || !mw_heap_filter_may_have(there[i]))
            fail_msg("block %u at %#lx is lost", i, (unsigned long)there[i]);
    }
}

static void filter_is_exact(void)
{
    static uint64_t expected[1 << (MW_HEAP_FILTER_BITS - 6)];
    static uint32_t counts[UINT16_MAX + 1];

    memset(expected, 0, sizeof(expected));
    memset(counts, 0, sizeof(counts));
    for (uint32_t i = 0; i < there_count; i++) {
        uint32_t class = mw_heap_filter_class(there[i]);
        expected[class >> 6] |= 1ULL << (class & 63);
        counts[mw_heap_filter_count_of(there[i])]++;
    }
    assert_memory_equal(mw_heap_filter, expected, sizeof(expected));
    for (uint32_t i = 0; i <= UINT16_MAX; i++)
        if (mw_heap_filter_counts[i] != counts[i] && mw_heap_filter_counts[i] != MW_HEAP_FILTER_FULL)
            fail_msg("class %u has %u blocks, not %u", i, counts[i], mw_heap_filter_counts[i]);
}

static uint32_t visited;

static bool count_visit(uintptr_t address, struct mw_heap_block *block)
{
    visited += is_block_at(block, address);
    return true;
}

static void each_is_visited_once(void)
{
    visited = 0;
    mw_heap_blocks_each(count_visit);
    assert_int_equal(visited, there_count);
}

/* An address as malloc() gives them. */
static uintptr_t new_address(void)
{
    for (;;) {
        uintptr_t address = 0x555500000000 + (next_random() & 0x3FFFFFFF0);
        if (!mw_heap_blocks_find(address))
            return address;
    }
}

static void grows_from_small(void **state)
{
    uintptr_t memory;
    size_t before, size;

    (void)state;
    mw_heap_blocks_memory(&memory, &before);
    assert_true(before < 32768);
    while (!mw_heap_blocks_is_full()) {
        assert_true(add(new_address()));
        if ((there_count & (there_count - 1)) == 0)
            all_are_found();
    }
    mw_heap_blocks_memory(&memory, &size);
    assert_true(size > 60 * before);
    assert_int_equal(there_count, MW_HEAP_BUCKETS * MW_HEAP_WAYS / 2 + 1);
    all_are_found();
    filter_is_exact();
    each_is_visited_once();
}

/* Blocks come and go at random around a number that rises and falls. */
static void random_life(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3000000; i++) {
        uint32_t aim = 1 + (i >> 8) % 20000;
        if (there_count < aim && there_count < ROOM)
            assert_true(add(new_address()));
        else
            remove_at((uint32_t)(next_random() % there_count));
        if (i % 300000 == 0) {
            all_are_found();
            filter_is_exact();
        }
    }
    all_are_found();
    filter_is_exact();
    each_is_visited_once();
    while (there_count)
        remove_at(there_count - 1);
    filter_is_exact();
    assert_int_equal(mw_heap_blocks_count(), 0);
}

/* Addresses of one class: they share two buckets. */
static uintptr_t same_class(uint32_t number)
{
    uint64_t upper = (uint64_t)number << 44;

    return 0x123456780 + upper;
}

static void full_buckets(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2 * MW_HEAP_WAYS; i++) {
        assert_int_equal(mw_heap_filter_class(same_class(i)), mw_heap_filter_class(same_class(0)));
        assert_true(add(same_class(i)));
    }
    for (int i = 0; i < 1000; i++) /* whatever else is there */
        add(new_address());
    all_are_found();
    assert_false(add(same_class(2 * MW_HEAP_WAYS)));
    assert_null(mw_heap_blocks_find(same_class(2 * MW_HEAP_WAYS)));
    all_are_found();
    remove_at(0);
    assert_true(add(same_class(2 * MW_HEAP_WAYS)));
    all_are_found();
}

static void filter_bit_goes_with_the_last(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5; i++)
        assert_true(add(same_class(i)));
    while (there_count) {
        assert_true(mw_heap_filter_has(same_class(7)));
        remove_at((uint32_t)(next_random() % there_count));
        filter_is_exact();
    }
    assert_false(mw_heap_filter_has(same_class(7)));
}

/* Up to 254 blocks are counted; of a class that has had more it is only known that it may have some. */
static void crowded_class(void **state)
{
    const uintptr_t address = 0x7f0000000010, other = address + 512;

    (void)state;
    for (uintptr_t i = 0; i < MW_HEAP_FILTER_FULL - 1; i++)
        assert_true(add(address + (i << 25)));
    while (there_count) {
        assert_true(mw_heap_filter_may_have(address));
        remove_at(0);
    }
    assert_false(mw_heap_filter_may_have(address));
    for (uintptr_t i = 0; i < 300; i++)
        assert_true(add(address + (i << 25)));
    assert_false(mw_heap_filter_may_have(other));
    while (there_count)
        remove_at(0);
    assert_true(mw_heap_filter_may_have(address));
    filter_is_exact();
}

/* Large blocks are aligned to pages, or to 2 MiB: they must not share a few classes. */
static void aligned_addresses(void **state)
{
    static const uintptr_t steps[] = {4096, 65536, 2 << 20, (2 << 20) + 4096, 64 << 20};

    for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
        start(state);
        for (uintptr_t i = 0; i < 30000; i++)
            if (!add(0x7f0000000010 + i * steps[s]))
                break;
        if (there_count < (steps[s] < 64 << 20 ? 30000u : 10000u))
            fail_msg("in steps of %lu bytes only %u blocks fit", (unsigned long)steps[s], there_count);
        all_are_found();
        filter_is_exact();
    }
}

static void unknown_addresses(void **state)
{
    struct mw_heap_block block;

    (void)state;
    for (int i = 0; i < 20000; i++)
        add(new_address());
    for (int i = 0; i < 100000; i++) {
        uintptr_t address = new_address();
        assert_null(mw_heap_blocks_find(address));
        assert_false(mw_heap_blocks_remove(address, &block));
    }
    all_are_found();
}

/* free(NULL), while a block has the same class as NULL. */
static void null_is_no_block(void **state)
{
    const uintptr_t address = 0x1000010;
    struct mw_heap_block block;

    (void)state;
    assert_int_equal(mw_heap_filter_class(address), mw_heap_filter_class(0));
    assert_true(add(address));
    assert_null(mw_heap_blocks_find(0));
    assert_false(mw_heap_blocks_remove(0, &block));
    all_are_found();
    filter_is_exact();
}

static bool keep_even(uintptr_t address, struct mw_heap_block *block)
{
    assert_true(is_block_at(block, address));
    return address / 16 % 2 == 0;
}

static void each_removes(void **state)
{
    uint32_t kept = 0;

    (void)state;
    for (int i = 0; i < 30000; i++)
        assert_true(add(new_address()));
    mw_heap_blocks_each(keep_even);
    for (uint32_t i = 0; i < there_count; i++)
        if (there[i] / 16 % 2 == 0)
            there[kept++] = there[i];
        else
            assert_null(mw_heap_blocks_find(there[i]));
    assert_true(kept > 14000 && kept < 16000);
    there_count = kept;
    all_are_found();
    filter_is_exact();
    each_is_visited_once();
}

static bool count_and_change(uintptr_t address, struct mw_heap_block *block)
{
    (void)address;
    block->weight++;
    return true;
}

static void each_changes(void **state)
{
    (void)state;
    assert_true(add(0x5000));
    mw_heap_blocks_each(count_and_change);
    assert_int_equal(mw_heap_blocks_find(0x5000)->weight, 0x5000 * 3 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(grows_from_small, start),  cmocka_unit_test_setup(random_life, start),
        cmocka_unit_test_setup(full_buckets, start),      cmocka_unit_test_setup(filter_bit_goes_with_the_last, start),
        cmocka_unit_test_setup(crowded_class, start),     cmocka_unit_test_setup(aligned_addresses, start),
        cmocka_unit_test_setup(unknown_addresses, start), cmocka_unit_test_setup(null_is_no_block, start),
        cmocka_unit_test_setup(each_removes, start),      cmocka_unit_test_setup(each_changes, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
