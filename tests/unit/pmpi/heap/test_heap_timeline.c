/* SPDX-License-Identifier: MIT */
/* What is written of the sites over time, at the peaks of phases, and at the end. */
#include "collector/base/clock.h"
#include "pmpi/heap/heap.h"
#include "pmpi/heap/modules.h"
#include "pmpi/heap/sites.h"
#include "pmpi/heap/state.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB ((uint64_t)1 << 10)
#define SITES 400

/* A site of its own for each number. */
static uint16_t site_of(uint32_t number)
{
    const struct mw_heap_walk walk = {.stack = {.depth = 1, .frames = {(void *)(uintptr_t)(4096 + number)}}};
    const struct mw_heap_caller caller = {0};
    uint16_t site = mw_heap_sites_of(&walk, &caller, 0, 0);

    assert_int_not_equal(site, MW_HEAP_NO_SITE);
    return site;
}

static void set(uint32_t number, uint64_t bytes)
{
    uint16_t site = site_of(number);
    int64_t more = (int64_t)(bytes - mw_heap_sites_at(site)->amount.held);

    mw_heap_begin_change(more < 0);
    mw_heap_change(site, more, 0);
    mw_heap_end_change();
}

static int start_once(void **state)
{
    const struct mw_heap_tables tables = made_tables_all();
    const struct mw_heap_host host = {0};

    (void)state;
    assert_true(mw_heap_start(65536, MW_HEAP_RECORDING));
    mw_heap_attach(&tables, &host);
    return 0;
}

static bool forget(uintptr_t address, struct mw_heap_block *block)
{
    (void)address;
    (void)block;
    return false;
}

static int start(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SITES; i++)
        set(i, 0);
    mw_heap_blocks_each(forget);
    memset(made.phases, 0, sizeof(made.phases));
    memset(made.ticks, 0, sizeof(made.ticks));
    memset(made.left, 0, sizeof(made.left));
    made.phases_used = made.ticks_used = made.left_used = 0;
    made.state.tick_ns = 0;
    mw_heap.next_tick_ns = 0;
    mw_heap.next_mark_ns = UINT64_MAX;
    mw_heap.credit_ns = INT64_MIN / 2;
    srand(1);
    return 0;
}

/* ---- over time ---- */

/* What the sites hold at a time. */
static uint64_t held_at(uint64_t ms, uint32_t number)
{
    return (ms * (number * 37 + 11) % 997 + number) * 100;
}

static void tick_at(uint64_t ms)
{
    for (uint32_t i = 0; i < 30; i++)
        set(i, held_at(ms, i));
    mw_heap.now_ns = ms * MW_NS_PER_MS;
    mw_heap_tick();
}

/* The twelve largest at that time, largest first. */
static void is_right(const struct mw_heap_tick *tick)
{
    uint64_t ms = tick->ns / MW_NS_PER_MS, sum = 0;
    uint32_t last = UINT32_MAX, not_listed = 30;

    for (uint32_t i = 0; i < 30; i++)
        sum += held_at(ms, i);
    assert_int_equal(tick->held, sum);
    for (int i = 0; i < MW_HEAP_TICK_LINES; i++) {
        uint32_t number = (uint32_t)made.sites[tick->line[i].site - 1].frames[0] - 4096;
        assert_int_equal(tick->line[i].kib, (held_at(ms, number) + 512) / 1024);
        assert_true(tick->line[i].kib <= last);
        last = tick->line[i].kib;
        for (int k = 0; k < i; k++)
            assert_int_not_equal(tick->line[k].site, tick->line[i].site);
    }
    for (uint32_t i = 0; i < 30; i++)
        not_listed -= (held_at(ms, i) + 512) / 1024 >= last;
    assert_true(30 - not_listed >= MW_HEAP_TICK_LINES);
    for (uint32_t i = 0, larger = 0; i < 30; i++) {
        larger += (held_at(ms, i) + 512) / 1024 > last;
        assert_true(larger < MW_HEAP_TICK_LINES);
    }
}

static void ticks_of_a_long_run(void **state)
{
    (void)state;
    for (uint64_t ms = 1; ms < 60000; ms += 3) {
        tick_at(ms);
        assert_true(made.ticks_used >= 1 && made.ticks_used <= MW_HEAP_TICKS);
    }
    assert_int_equal(made.state.tick_ns, 640 * MW_NS_PER_MS); /* 60 s in at most 128 entries */
    assert_true(made.ticks_used >= MW_HEAP_TICKS / 2);
    for (uint32_t i = 0; i < made.ticks_used; i++) {
        is_right(&made.ticks[i]);
        /* as far from the one before as the time between two, and what the events are apart; nearer where it has doubled */
        assert_true(i == 0 || made.ticks[i].ns - made.ticks[i - 1].ns >= made.state.tick_ns / 2);
        assert_true(i == 0 || made.ticks[i].ns - made.ticks[i - 1].ns <= made.state.tick_ns + 64 * 3 * MW_NS_PER_MS);
    }
    assert_true(made.ticks[made.ticks_used - 1].ns >= (60000 - 643) * MW_NS_PER_MS);
}

static void few_sites(void **state)
{
    (void)state;
    set(7, 5 * KIB);
    set(9, 400); /* rounds to 0 */
    set(3, 600);
    mw_heap.now_ns = MW_NS_PER_MS;
    mw_heap_tick();
    assert_int_equal(made.ticks_used, 1);
    assert_int_equal(made.ticks[0].line[0].site, site_of(7) + 1);
    assert_int_equal(made.ticks[0].line[0].kib, 5);
    assert_int_equal(made.ticks[0].line[1].site, site_of(3) + 1);
    assert_int_equal(made.ticks[0].line[1].kib, 1);
    assert_int_equal(made.ticks[0].line[2].site, 0);
    assert_int_equal(made.ticks[0].held, 5 * KIB + 1000);
}

/* ---- phases ---- */

static uint64_t present_mark;

/* A phase in which these sites rise to `peak` and fall again; `mark` is reset before. */
static void visit(uint32_t phase, uint32_t number, uint64_t peak)
{
    const uint32_t going_on[1] = {phase};

    mw_heap_phase(going_on, 1, 10 * KIB, 10 * KIB);
    set(number, peak);
    set(number + 1, peak / 2);
    set(number, 0);
    set(number + 1, 0);
    present_mark = 10 * KIB + 2 * peak;
    mw_heap_mark(present_mark);
    mw_heap.next_mark_ns = UINT64_MAX;
}

static void end_of_phases(void)
{
    mw_heap_phase(NULL, 0, 10 * KIB, 10 * KIB);
}

static const struct mw_heap_phase *entry_of(uint32_t phase)
{
    for (uint32_t i = 0; i < made.phases_used; i++)
        if (made.phases[i].phase == phase)
            return &made.phases[i];
    fail_msg("phase %u has no entry", phase);
    return NULL;
}

/* Of several visits the one with the highest memory. */
static void highest_visit_of_a_phase(void **state)
{
    const struct mw_heap_phase *entry;

    (void)state;
    visit(1, 10, 100 * KIB);
    visit(2, 20, 5000 * KIB);
    visit(1, 30, 300 * KIB);
    visit(1, 40, 200 * KIB);
    end_of_phases();
    assert_int_equal(made.phases_used, 2);
    entry = entry_of(1);
    assert_int_equal(entry->mark, 10 * KIB + 600 * KIB);
    assert_int_equal(entry->held, 450 * KIB);
    assert_int_equal(entry->lines, 2);
    assert_int_equal(entry->line[0].site, site_of(30) + 1);
    assert_int_equal(entry->line[0].kib, 300);
    assert_int_equal(entry->line[1].site, site_of(31) + 1);
    assert_int_equal(entry->line[1].kib, 150);
    assert_int_equal(entry->line[2].site, 0);
    assert_int_equal(entry_of(2)->line[0].site, site_of(20) + 1);
}

static void more_phases_than_room(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= MW_HEAP_PHASES + 3; i++)
        visit(i, 10 * i, 100 * KIB * i);
    visit(3, 200, 9000 * KIB);
    end_of_phases();
    assert_int_equal(made.phases_used, MW_HEAP_PHASES);
    for (uint32_t i = 1; i <= MW_HEAP_PHASES; i++)
        assert_int_equal(entry_of(i)->line[0].site, site_of(i == 3 ? 200 : 10 * i) + 1);
}

static void nested_phases(void **state)
{
    static const uint32_t outer[1] = {5}, both[2] = {5, 6};

    (void)state;
    mw_heap_phase(outer, 1, KIB, KIB);
    set(1, 10 * KIB);
    mw_heap_mark(100 * KIB);
    mw_heap_phase(both, 2, KIB, KIB);
    set(2, 50 * KIB);
    mw_heap_mark(500 * KIB);
    mw_heap_phase(outer, 1, KIB, KIB);
    set(2, 0);
    mw_heap_mark(90 * KIB);
    end_of_phases();
    assert_int_equal(entry_of(6)->line[0].site, site_of(2) + 1);
    assert_int_equal(entry_of(5)->line[0].site, site_of(2) + 1); /* the inner one is part of it */
    assert_int_equal(entry_of(5)->mark, 500 * KIB);
}

/* ---- what is left ---- */

static uint64_t in_slice[SITES][MW_HEAP_LEFT_SLICES];
static uint32_t blocks_of[SITES];

static void leave(uint32_t number, uint32_t born_ms, uint64_t bytes)
{
    static uintptr_t address = 1 << 20;
    const struct mw_heap_block block = {.size = bytes, .weight = bytes, .born_ms = born_ms, .site = site_of(number)};

    address += 4096;
    assert_true(mw_heap_blocks_add(address, &block));
    in_slice[number][born_ms / 1000] += bytes;
    blocks_of[number]++;
}

static int start_left(void **state)
{
    memset(in_slice, 0, sizeof(in_slice));
    memset(blocks_of, 0, sizeof(blocks_of));
    made.state.begin_ns = 5 * MW_NS_PER_SEC;
    made.state.end_ns = 13 * MW_NS_PER_SEC - 1; /* eight slices of a second */
    return start(state);
}

static uint64_t late_bytes(uint32_t number)
{
    uint64_t sum = 0;

    for (int i = 1; i < MW_HEAP_LEFT_SLICES; i++)
        sum += in_slice[number][i];
    return sum;
}

static void slices_of_a_site(void **state)
{
    (void)state;
    leave(1, 0, 100 * KIB); /* only from the beginning: not a leak */
    leave(2, 0, 70 * KIB);
    leave(2, 999, 30 * KIB);
    leave(2, 1000, 10 * KIB);
    leave(2, 7999, 20 * KIB);
    leave(3, 3500, 5 * KIB);
    mw_heap_enter_left();
    assert_int_equal(made.left_used, 2);
    for (int i = 0; i < 2; i++) {
        uint32_t number = (uint32_t)made.sites[made.left[i].site - 1].frames[0] - 4096;
        assert_true(number == 2 || number == 3);
        assert_int_equal(made.left[i].blocks, blocks_of[number]);
        for (int k = 0; k < MW_HEAP_LEFT_SLICES; k++)
            assert_int_equal(made.left[i].kib[k], in_slice[number][k] / KIB);
    }
}

/* More sites than there is room for: those with the most bytes outside the first slice. */
static void most_of_the_sites(void **state)
{
    uint64_t smallest = UINT64_MAX;
    bool is_listed[SITES] = {false};

    (void)state;
    for (int i = 0; i < 8000; i++)
        leave((uint32_t)rand() % SITES, (uint32_t)rand() % 8000, ((uint64_t)rand() % 100 + 1) * KIB);
    mw_heap_enter_left();
    assert_int_equal(made.left_used, MW_HEAP_LEFT);
    for (uint32_t i = 0; i < MW_HEAP_LEFT; i++) {
        uint32_t number = (uint32_t)made.sites[made.left[i].site - 1].frames[0] - 4096;
        assert_false(is_listed[number]);
        is_listed[number] = true;
        smallest = late_bytes(number) < smallest ? late_bytes(number) : smallest;
        assert_int_equal(made.left[i].blocks, blocks_of[number]);
        for (int k = 0; k < MW_HEAP_LEFT_SLICES; k++)
            assert_int_equal(made.left[i].kib[k], in_slice[number][k] / KIB);
    }
    for (uint32_t i = 0; i < SITES; i++)
        assert_true(is_listed[i] || late_bytes(i) <= smallest);
    mw_heap_enter_left(); /* once more: the same, not twice as much */
    assert_int_equal(made.left_used, MW_HEAP_LEFT);
    assert_int_equal(made.left[0].blocks, blocks_of[(uint32_t)made.sites[made.left[0].site - 1].frames[0] - 4096]);
}

/* Many small blocks: each represents so many, and kibibytes of each are not rounded to nothing. */
static void small_blocks(void **state)
{
    uint64_t sum = 0;

    (void)state;
    for (uintptr_t i = 0; i < 1000; i++) {
        const struct mw_heap_block block = {.size = 32, .weight = 4600, .born_ms = 4000, .site = site_of(1)};
        assert_true(mw_heap_blocks_add((i + 1) << 12, &block));
    }
    mw_heap_enter_left();
    for (int k = 0; k < MW_HEAP_LEFT_SLICES; k++)
        sum += made.left[0].kib[k];
    assert_true(sum + 1 >= 4600 * 1000 / 1024 && sum <= 4600 * 1000 / 1024 + 1);
    assert_true(made.left[0].blocks > 4600 / 32 * 980 && made.left[0].blocks < 4600 / 32 * 1020);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ticks_of_a_long_run, start),
        cmocka_unit_test_setup(few_sites, start),
        cmocka_unit_test_setup(highest_visit_of_a_phase, start),
        cmocka_unit_test_setup(more_phases_than_room, start),
        cmocka_unit_test_setup(nested_phases, start),
        cmocka_unit_test_setup(slices_of_a_site, start_left),
        cmocka_unit_test_setup(most_of_the_sites, start_left),
        cmocka_unit_test_setup(small_blocks, start_left),
    };

    return cmocka_run_group_tests(tests, start_once, NULL);
}
