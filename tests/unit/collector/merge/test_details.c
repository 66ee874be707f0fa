/* SPDX-License-Identifier: MIT */
/* Large jobs: call sites and phases are kept of some ranks, and are read a second time. */
#include "collector/journal/read.h"
#include "collector/merge/merge.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

/* Wraps the collector's function (tests/local.mk): after this many journals no more can be read. */
static int readable = INT32_MAX;
int __real_mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err);
int __wrap_mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err);
int __wrap_mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err)
{
    return readable-- > 0 ? __real_mw_journal_read_file(journal, dirfd, name, err) : mw_err_set(err, "gone");
}

/* The records of a large job are read twice. Those of ranks 2 and 3 are removed in between: only their details are lost. */
static void test_removed_meanwhile(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 4);
    mw_merge_set_detailed_ranks(2);
    readable = 4 + 2;
    model = merged_run(&dir, NULL);
    readable = INT32_MAX;
    mw_merge_set_detailed_ranks(MW_MERGE_DETAILED_RANKS);
    merged_assert_note(model, "2 records could not be read a second time");
    assert_int_equal(model->rank_count, 4);
    assert_int_equal(model->rank_peak.worst, 2);
    assert_true(model->ranks[1].has_details);
    assert_int_equal(model->ranks[1].site_count, 3);
    assert_false(model->ranks[2].has_details);
    assert_int_equal(model->ranks[2].site_count, 0);
    assert_int_equal(model->ranks[2].peak_site, MW_MODEL_NONE);
    assert_int_equal(model->ranks[2].peak_phase, MW_MODEL_NONE);
    assert_int_equal(merged_phase(model, "fft")->ranks, 2);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* Ranks with reduced details keep the entries that their own fields refer to, and the rank with a spike keeps its stack. */
static void test_reduced(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;
    size_t whole = 0;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 100);
    mw_merge_set_detailed_ranks(2);
    model = merged_run(&dir, NULL);
    mw_merge_set_detailed_ranks(MW_MERGE_DETAILED_RANKS);
    for (size_t i = 0; i < 100; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        whole += rank->has_details;
        assert_string_equal(rank->phases[rank->peak_phase].path, "fft");
        assert_true(rank->has_details || rank->phase_count == 1);
        assert_int_equal(rank->phases[rank->peak_phase].merged, model->ranks[2].phases[2].merged);
    }
    assert_uint_in_range(whole, 64, 65);
    assert_true(model->ranks[2].has_details);
    assert_int_equal(merged_site(model, "MPI_Alltoall")->spike_record, 0);
    assert_int_equal(merged_site(model, "MPI_Alltoall")->ranks, 100);
    assert_int_equal(merged_phase(model, "fft")->ranks, 100);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_removed_meanwhile),
        cmocka_unit_test(test_reduced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
