/* SPDX-License-Identifier: MIT */
/* Records that MPI_Finalize gathered, alone and beside journals. */
#include "collector/base/file_names.h"
#include "collector/merge/merge.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put_gathered(const struct synthetic_dir *dir, int from, int to, int size)
{
    char *all = NULL;
    size_t length = 0;

    for (int rank = from; rank < to; rank++) {
        struct mw_journal journal;
        size_t one;
        void *bytes;
        synthetic_journal(&journal, rank, size);
        synthetic_finish(&journal, 500, 33 * MIB);
        journal.state->stage = MW_STAGE_COMMITTED;
        bytes = synthetic_pack(&journal, &one);
        all = realloc(all, length + one);
        memcpy(all + length, bytes, one);
        length += one;
        free(bytes);
        synthetic_free(&journal);
    }
    synthetic_put(dir, MW_FILE_GATHERED "0000000000001234", all, length);
    free(all);
}

/* A rank's journal contains more than its gathered copy; for a rank of another host there is only the copy. */
static void test_gathered(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;
    char path[200];

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 2);
    put_gathered(&dir, 0, 4, 4);
    model = merged_run(&dir, NULL);
    assert_int_equal(model->rank_count, 4);
    assert_false(model->ranks[0].gathered);
    assert_int_equal(model->ranks[0].peak.bytes, 40 * MIB);
    assert_true(model->ranks[3].gathered);
    assert_int_equal(model->ranks[3].peak.bytes, 33 * MIB);
    mw_model_destroy(model);
    snprintf(path, sizeof(path), "%s/%s0000000000001234", dir.path, MW_FILE_GATHERED);
    model = mw_merge_gathered(path, NULL);
    assert_int_equal(model->rank_count, 4);
    merged_assert_note(model, "gathered in MPI_Finalize");
    assert_false(merged_has_note(model, "without MPI_Finalize"));
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static void test_gathered_unreadable(void **state)
{
    struct synthetic_dir dir;
    struct mw_err err = {""};
    char path[200];

    (void)state;
    synthetic_make(&dir);
    synthetic_put(&dir, "g", "nothing of the kind", 19);
    snprintf(path, sizeof(path), "%s/g", dir.path);
    assert_null(mw_merge_gathered(path, &err));
    assert_true(strstr(err.text, "no record") != NULL);
    snprintf(path, sizeof(path), "%s/none", dir.path);
    assert_null(mw_merge_gathered(path, &err));
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gathered),
        cmocka_unit_test(test_gathered_unreadable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
