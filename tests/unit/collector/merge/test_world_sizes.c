/* SPDX-License-Identifier: MIT */
/* Ranks sorted into worlds, and those of a world that left no record. */
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Two worlds of a run: MPI_Comm_spawn. */
static void test_worlds(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    for (int i = 0; i < 4; i++) {
        synthetic_journal(&journal, i % 2, 2);
        journal.ident->world_id = i < 2 ? 0xff : 0x11; /* the later world has the smaller number */
        journal.ident->pid = 6000 - i;
        journal.ident->mono_ns += i < 2 ? 0 : 50 * MS;
        journal.ident->spawned = i >= 2;
        synthetic_finish(&journal, 500, 10 * MIB);
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merged_run(&dir, NULL);
    assert_int_equal(model->world_count, 2);
    assert_true(model->worlds[0].id == 0xff && model->worlds[1].id == 0x11);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(model->ranks[i].world, i / 2);
        assert_int_equal(model->ranks[i].rank, i % 2);
    }
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static void test_missing_ranks(void **state)
{
    static const int there[] = {1, 2, 5};
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    for (int i = 0; i < 3; i++) {
        synthetic_journal(&journal, there[i], 10);
        synthetic_finish(&journal, 500, 10 * MIB);
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merged_run(&dir, NULL);
    merged_assert_note(model, "7 of 10 ranks left no record: ranks 0, 3-4, 6-9");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* A world that claims a huge size costs nothing. */
static void test_huge_world(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_journal(&journal, 7, INT32_MAX);
    synthetic_write(&journal, &dir);
    synthetic_free(&journal);
    model = merged_run(&dir, NULL);
    merged_assert_note(model, "2147483646 of 2147483647 ranks left no record: ranks 0-6, 8-2147483646");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_missing_ranks),
        cmocka_unit_test(test_huge_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
