/* SPDX-License-Identifier: MIT */
/* Heaps that were recorded late, not to the end or not at all, and numbers as large as they can be. */
#include "tests/unit/collector/merge/made_heap_job.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Merges one rank whose heap `change` has changed. */
static struct mw_model *make_changed(void (*change)(struct mw_journal *journal))
{
    static const uint64_t frames[] = {SYNTHETIC_FRAME(SYNTHETIC_APP, 0x3010)};
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    synthetic_make(&dir);
    synthetic_journal(&journal, 0, 1);
    synthetic_site(&journal, "MPI_Init", 0, 10);
    synthetic_finish(&journal, 900, 50 * MIB);
    synthetic_heap(&journal, 50 * MIB);
    synthetic_heap_site(&journal, frames, 1, 20 * MIB, 1);
    change(&journal);
    synthetic_write(&journal, &dir);
    synthetic_free(&journal);
    model = merged_run(&dir, NULL);
    synthetic_remove(&dir);
    return model;
}

static void record_late(struct mw_journal *journal)
{
    journal->heap->why = MW_HEAP_LATE;
    journal->heap->anon_bytes = 40 * MIB;
}

/* Anonymous memory without a line is from before, other memory is not explained. */
static void test_late(void **state)
{
    struct mw_model *model = make_changed(record_late);
    const struct mw_model_heap *heap = &model->ranks[0].heap;

    (void)state;
    assert_int_equal(heap->rows[MW_HEAP_ROW_BEFORE], 20 * MIB - STATE_OWN - (300 + 132) * KIB);
    assert_int_equal(heap->rows[MW_HEAP_ROW_OTHER], 10 * MIB - heap->rows[MW_HEAP_ROW_FILES] - heap->rows[MW_HEAP_ROW_SHARED]);
    assert_int_equal(made_heap_sum(heap), 50 * MIB);
    mw_model_destroy(model);
}

static void go_on(struct mw_journal *journal)
{
    journal->heap->snapshots[MW_HEAP_AT_CANDIDATE].live = 1;
    journal->heap_sites[0].amount.held = 21 * MIB;
    journal->heap_sites[0].held_blocks = 5;
}

static void test_live(void **state)
{
    struct mw_model *model = make_changed(go_on);

    (void)state;
    assert_int_equal(model->ranks[0].heap.sites[0].at_peak, 21 * MIB);
    assert_int_equal(model->ranks[0].heap.sites[0].blocks_at_peak, 5);
    mw_model_destroy(model);
}

static void die_before(struct mw_journal *journal)
{
    journal->heap->adopted = 0;
}

static void test_no_peak(void **state)
{
    struct mw_model *model = make_changed(die_before);

    (void)state;
    assert_int_equal(model->ranks[0].heap.mark, 0);
    assert_int_equal(made_heap_sum(&model->ranks[0].heap), 0);
    assert_int_equal(model->heaps.ranks, 0);
    mw_model_destroy(model);
}

static void switch_off(struct mw_journal *journal)
{
    journal->heap->why = MW_HEAP_SANITIZER;
}

static void test_off(void **state)
{
    struct mw_model *model = make_changed(switch_off);

    (void)state;
    assert_int_equal(model->ranks[0].heap.why, MW_HEAP_SANITIZER);
    assert_int_equal(model->ranks[0].heap.mark, 0);
    assert_int_equal(model->ranks[0].heap.site_count, 0);
    mw_model_destroy(model);
}

/* Every number is as large as it can be. */
static void overflow(struct mw_journal *journal)
{
    struct mw_heap_state *heap = journal->heap;
    struct mw_heap_site *sites = journal->heap_sites;

    memset(heap->sums, 0xff, sizeof(heap->sums));
    heap->mark = heap->adopted = heap->own_bytes = heap->file_bytes = heap->stack_bytes = heap->anon_bytes = UINT64_MAX;
    heap->lost_full = heap->lost_lock = heap->lost_nested = UINT64_MAX;
    heap->snapshots[MW_HEAP_AT_CANDIDATE].ns = UINT64_MAX;
    for (uint32_t i = 0; i < 300; i++) {
        sites[i] = sites[0];
        sites[i].frames[0] += i;
        sites[i].amount.at[MW_HEAP_AT_CANDIDATE] = sites[i].variance_kib = UINT64_MAX;
        sites[i].allocated = 1;
        mw_journal_publish(journal, MW_SECTION_HEAP_SITE, i);
    }
    memset(&journal->heap_left[0], 0xff, sizeof(journal->heap_left[0]));
    journal->heap_left[0].site = 1;
    mw_journal_publish(journal, MW_SECTION_HEAP_LEFT, 0);
}

static void test_overflow(void **state)
{
    struct mw_model *model = make_changed(overflow);
    const struct mw_model_heap *heap = &model->ranks[0].heap;

    (void)state;
    assert_int_equal(made_heap_sum(heap), heap->mark);
    assert_int_equal(heap->more, 44);
    assert_int_equal(heap->site_count, 257); /* and what is in no line */
    assert_true(heap->error > 0);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late), cmocka_unit_test(test_live),     cmocka_unit_test(test_no_peak),
        cmocka_unit_test(test_off),  cmocka_unit_test(test_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
