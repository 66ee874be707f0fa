/* SPDX-License-Identifier: MIT */
/* The table of ended processes: what gets a separate entry, what is counted together, and that nothing is lost. */
#include "pmpi/base/exit_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

static struct mw_exit_index table;
static uint64_t texts[MW_EXIT_SLOTS]; /* the peak of the process whose text a slot has */

static int begin(void **state)
{
    (void)state;
    memset(&table, 0, sizeof(table));
    memset(texts, 0, sizeof(texts));
    return 0;
}

static void add(uint64_t program, uint64_t peak, uint64_t from, uint64_t to)
{
    const struct mw_exit_entry entry = {.program = program,
                                        .count = 1,
                                        .peak = peak,
                                        .peak_sum = peak,
                                        .pid = (int32_t)peak,
                                        .first_ns = from,
                                        .last_ns = to,
                                        .end_ns = to};
    struct mw_exit_table_changes changes = mw_exit_table_add(&table, &entry);

    assert_uint_in_range(changes.count, 1, 2);
    for (size_t i = 0; i < changes.count; i++) {
        const struct mw_exit_table_change *change = &changes.slots[i];
        texts[change->slot] = change->text_from == MW_EXIT_TABLE_TEXT_NEW ? peak : texts[change->text_from];
    }
}

struct totals {
    uint64_t count, sum, peak, entries, largest_entry;
};

static struct totals total(uint64_t program)
{
    struct totals totals = {0};

    for (size_t i = 0; i < MW_EXIT_SLOTS; i++) {
        const struct mw_exit_entry *entry = &table.entries[i];
        if (!entry->count || (program && entry->program != program))
            continue;
        assert_int_equal(texts[i], entry->peak); /* the text is of the process with the peak */
        assert_int_equal(entry->pid, (int32_t)entry->peak);
        totals.entries++;
        totals.count += entry->count;
        totals.sum += entry->peak_sum;
        totals.peak = entry->peak > totals.peak ? entry->peak : totals.peak;
        totals.largest_entry = entry->count > totals.largest_entry ? entry->count : totals.largest_entry;
    }
    return totals;
}

static uint64_t bound(void)
{
    uint64_t sum = table.beyond;

    for (size_t i = 0; i < table.lane_count; i++)
        sum += table.lanes[i].peak;
    return sum;
}

static void test_few_have_separate_entries(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= MW_EXIT_TABLE_ENTRIES; i++)
        add(7, 100 + i, 10 * i, 10 * i + 5);
    assert_int_equal(total(7).entries, MW_EXIT_TABLE_ENTRIES);
    assert_int_equal(total(7).largest_entry, 1);
    assert_int_equal(bound(), 0);
}

/* The largest keep separate entries, whenever they end. */
static void test_many_of_one_program(void **state)
{
    uint64_t alone = 0, sum = 0;

    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t peak = i % 5000 == 77 ? 1000000 + i : 1000 + i * 7919 % 1000;
        add(7, peak, 10 * i + 1, 10 * i + 9);
        sum += peak;
    }
    assert_int_equal(total(7).count, 100000);
    assert_int_equal(total(7).sum, sum);
    assert_int_equal(total(7).peak, 1095077);
    assert_int_equal(total(7).entries, MW_EXIT_TABLE_ENTRIES);
    for (size_t i = 0; i < MW_EXIT_SLOTS; i++)
        alone += table.entries[i].count == 1 && table.entries[i].peak > 1000000;
    assert_int_equal(alone, 20);
    assert_true(bound() <= sum / 1000); /* one after another: not added up */
}

static void test_many_programs(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 30; i++)
        add(1, 5000 + i, 1, 100);
    for (uint64_t i = 0; i < 30; i++)
        add(2, 6000 + i, 1, 100);
    for (uint64_t program = 100; program < 140; program++)
        add(program, program, 50, 60);
    for (uint64_t program = 100; program < 140; program++)
        assert_int_equal(total(program).count, 1); /* they replaced the two with many */
    assert_int_equal(total(1).count + total(2).count, 60);
    for (uint64_t program = 200; program < 2000; program++)
        add(program, program, 50, 60);
    assert_int_equal(total(0).count, 60 + 40 + 1800);
    assert_int_equal(total(0).peak, 6029);
    assert_true(table.entries[MW_EXIT_OTHERS].count > 1700);
    assert_int_equal(table.entries[MW_EXIT_OTHERS].peak, 1999);
}

/* The bound is correct: at any time the processes that were counted together had at most this much. */
static void test_bound(void **state)
{
    enum { N = 3000 };
    static uint64_t peaks[N], from[N], to[N];
    uint64_t most = 0, counted = 0;

    (void)state;
    srandom(5);
    for (size_t i = 0; i < N; i++) {
        from[i] = (uint64_t)random() % 10000;
        to[i] = from[i] + (uint64_t)random() % 300;
        peaks[i] = 1 + (uint64_t)random() % 100;
        add((uint64_t)random() % 90, peaks[i], from[i], to[i]);
    }
    for (uint64_t at = 0; at < 10300; at += 10) {
        uint64_t sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += from[i] < at && at < to[i] ? peaks[i] : 0;
        most = sum > most ? sum : most;
    }
    for (size_t i = 0; i < MW_EXIT_SLOTS; i++)
        counted += table.entries[i].count == 1 ? table.entries[i].peak : 0;
    assert_true(bound() + counted >= most);
    assert_true(bound() < 100 * most);
    assert_int_equal(total(0).count, N);
}

/* More than there are lanes: the sum, which is also a bound. */
static void test_lanes_end(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        add(7, 10, 1, 100);
    assert_int_equal(table.lane_count, MW_EXIT_LANES);
    assert_int_equal(bound(), 10 * (1000 - MW_EXIT_TABLE_ENTRIES + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_few_have_separate_entries, begin),
        cmocka_unit_test_setup(test_many_of_one_program, begin),
        cmocka_unit_test_setup(test_many_programs, begin),
        cmocka_unit_test_setup(test_bound, begin),
        cmocka_unit_test_setup(test_lanes_end, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
