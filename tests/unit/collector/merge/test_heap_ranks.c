/* SPDX-License-Identifier: MIT */
/* Lines of the heap over all ranks, and which ranks keep their lists. */
#include "collector/merge/merge.h"
#include "tests/unit/collector/merge/made_heap_job.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

static const struct mw_model_heap_line *find_line(const struct mw_model *model, const char *label)
{
    for (uint32_t i = 0; i < model->heaps.line_count; i++)
        if (!strcmp(model->heaps.lines[i].label, label))
            return &model->heaps.lines[i];
    fail_msg("no line %s", label);
    return NULL;
}

static void assert_lines(const struct mw_model *model, uint32_t ranks)
{
    const struct mw_model_heap_line *line = find_line(model, "app+0x3210");

    assert_int_equal(model->heaps.ranks, ranks);
    assert_int_equal(model->heaps.line_count, 6);
    assert_int_equal(line->ranks, 1);
    assert_int_equal(line->min, 0);
    assert_int_equal(line->max, 64 * MIB);
    assert_int_equal(line->worst, 2);
    assert_true(line->mean > 64.0 * MIB / ranks - 1 && line->mean < 64.0 * MIB / ranks + 1);
    line = find_line(model, "app+0x3010");
    assert_int_equal(line->ranks, ranks);
    assert_int_equal(line->min, 17 * MIB);
    assert_int_equal(line->max, 17 * MIB);
    assert_int_equal(line->max_error, 0);
    assert_int_equal(find_line(model, "app+0x3110")->max_error, 642119);
    assert_int_equal(find_line(model, "libucp")->owner, MW_HEAP_MPI);
    for (size_t i = 0; i < model->rank_count; i++)
        for (uint32_t s = 0; s < model->ranks[i].heap.site_count; s++) {
            const struct mw_model_heap_site *site = &model->ranks[i].heap.sites[s];
            assert_true(site->merged < model->heaps.line_count);
            assert_string_equal(model->heaps.lines[site->merged].label, site->label);
        }
}

static void test_lines(void **state)
{
    struct mw_model *model = made_heap_job(4);

    (void)state;
    assert_lines(model, 4);
    mw_model_destroy(model);
}

static size_t count_details(const struct mw_model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->rank_count; i++)
        count += model->ranks[i].heap.has_details;
    return count;
}

/* In a larger job, only the fullest ranks keep their lists, but all their rows. */
static void test_many(void **state)
{
    struct mw_model *model = made_heap_job(80);

    (void)state;
    assert_lines(model, 80);
    assert_int_equal(count_details(model), 64);
    assert_true(model->ranks[2].heap.has_details);
    for (size_t i = 0; i < model->rank_count; i++)
        assert_int_equal(made_heap_sum(&model->ranks[i].heap), model->ranks[i].peak.bytes);
    mw_model_destroy(model);
}

/* Whose details are not kept at all. */
static void test_reduced(void **state)
{
    struct mw_model *model;

    (void)state;
    mw_merge_set_detailed_ranks(10);
    model = made_heap_job(80);
    mw_merge_set_detailed_ranks(MW_MERGE_DETAILED_RANKS);
    assert_lines(model, 80);
    assert_true(model->ranks[2].heap.has_details);
    assert_uint_in_range(count_details(model), 64, 70);
    assert_int_equal(model->ranks[7].heap.rows[MW_HEAP_ROW_MPI], 5 * MIB + 768 * KIB);
    mw_model_destroy(model);
}

/* All died; those that may have been the first keep their lists, whether they are among the fullest or not. */
static void test_dead(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 160; rank++) {
        struct mw_journal journal;
        synthetic_journal(&journal, rank, 160);
        synthetic_site(&journal, "MPI_Init", 0, 10);
        synthetic_site(&journal, "MPI_Barrier", 160, 20);
        synthetic_phase(&journal, MW_PHASE_USER, "a", 0, 10, 20, 5 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, "b", 0, 20, 30, 5 * MIB);
        synthetic_finish(&journal, 900, (200 + (uint64_t)rank) * MIB);
        synthetic_fill_heap(&journal, rank, (200 + (uint64_t)rank) * MIB);
        journal.state->stage = MW_STAGE_RUNNING;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    mw_merge_set_detailed_ranks(10);
    model = merged_run(&dir, NULL);
    mw_merge_set_detailed_ranks(MW_MERGE_DETAILED_RANKS);
    assert_int_equal(model->death_count, 160);
    assert_true(model->first_count >= 1);
    for (uint32_t i = 0; i < model->first_count && i < 64; i++)
        assert_true(model->ranks[model->deaths[i].rank].heap.has_details);
    assert_true(model->ranks[159].heap.has_details);
    assert_true(count_details(model) < 160);
    assert_lines(model, 160);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_reduced),
        cmocka_unit_test(test_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
