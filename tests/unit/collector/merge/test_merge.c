/* SPDX-License-Identifier: MIT */
/* Journals and samples merged into one model. */
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_job(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    const struct mw_model_merged_site *spiking;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 4);
    synthetic_view(&view, 4);
    model = merged_run(&dir, &view);
    assert_int_equal(model->rank_count, 4);
    assert_int_equal(model->host_count, 1);
    assert_true(model->hosts[0].is_launcher);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(model->ranks[i].rank, i);
        assert_int_equal(model->ranks[i].peak.kind, MW_MODEL_EXACT);
        assert_int_equal(model->processes[model->ranks[i].process].pid, 5000 + i);
        assert_int_equal(model->processes[model->ranks[i].process].role, MW_MODEL_RANK);
    }
    assert_int_equal(model->ranks[2].peak.bytes, 106 * MIB);
    assert_int_equal(model->rank_peak.worst, 2);
    assert_int_equal(model->mpi_growth.sum, 48 * MIB);
    assert_int_equal(model->ranks[3].in_mpi.init, 12 * MIB);
    assert_int_equal(model->ranks[3].held_mpi.kind, MW_MODEL_UNKNOWN); /* no heap */
    spiking = merged_site(model, "MPI_Alltoall");
    assert_int_equal(spiking->ranks, 4);
    assert_int_equal(spiking->calls, 64);
    assert_int_equal(spiking->sent, 64 * MIB);
    assert_int_equal(spiking->spike, 64 * MIB);
    assert_int_equal(spiking->spike_rank, 2);
    assert_int_equal(spiking->spike_visit, 3);
    assert_int_equal(spiking->spike_ranks, 1);
    assert_int_equal(spiking->spike_record, 0);
    assert_int_equal(mw_model_elapsed(model, spiking->spike_ns), 500 * MS);
    assert_int_equal(model->processes[0].role, MW_MODEL_LAUNCHER);
    assert_int_equal(model->processes[1].role, MW_MODEL_OTHER);
    assert_int_equal(model->processes[1].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->hosts[0].limit.kind, MW_LIMIT_NODE);
    assert_int_equal(model->note_count, 0);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* The three numbers are separate, and the upper bound is at most the sum of all peaks. */
static void test_bounds(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    /* Two ranks with peaks of 100 MiB at different times: together they never had 200. */
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        for (uint32_t i = 0; i < 80; i++) {
            journal.ticks[i] = (struct mw_tick){i / 10 == 2 + 3 * (unsigned)rank ? 100 * MIB : 10 * MIB, 10 * MIB};
            mw_journal_publish(&journal, MW_SECTION_TIMELINE, i);
        }
        synthetic_phase(&journal, MW_PHASE_START, "", 0, 10, 100, 5 * MIB);
        synthetic_phase(&journal, MW_PHASE_END, "", 0, 880, 900, 10 * MIB);
        synthetic_finish(&journal, 900, 100 * MIB);
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    synthetic_view(&view, 2);
    model = merged_run(&dir, &view);
    assert_int_equal(model->peak.seen.bytes, 150 * MIB);
    assert_int_equal(model->peak.upper.kind, MW_MODEL_AT_MOST);
    /* 100 + 10, mpirun's 20, the shell's 2, and two reading errors. */
    assert_int_equal(model->peak.upper.bytes, 132 * MIB + 2 * 368 * 1024);
    assert_int_equal(model->peak.sum_of_peaks, 222 * MIB);
    assert_int_equal(model->peak.upper_open_ranks, 0);
    assert_int_equal(model->peak.upper_sampled, 2);
    merged_assert_note(model, "larger than the upper bound"); /* 150 were sampled: reported, not hidden */
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Late samples are in no sum: the reader is told if there were many. */
static void test_late_samples(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    size_t notes;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    view.samples = 400;
    view.samples_late = 20;
    model = merged_run(&dir, &view);
    notes = model->note_count;
    mw_model_destroy(model);

    view.samples_late = 21;
    model = merged_run(&dir, &view);
    assert_int_equal(model->note_count, notes + 1);
    merged_assert_note(model, "21 of 400 samples took longer than 50 ms");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* A killed rank may have used any amount since its last boundary: its peak counts up to its end. */
static void test_bounds_killed(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        for (uint32_t i = 0; i < 40; i++) {
            journal.ticks[i] = (struct mw_tick){(i == 5) == (rank == 0) ? 100 * MIB : 10 * MIB, 10 * MIB};
            mw_journal_publish(&journal, MW_SECTION_TIMELINE, i);
        }
        synthetic_finish(&journal, rank ? 900 : 500, 100 * MIB);
        journal.state->stage = rank ? MW_STAGE_EXITED : MW_STAGE_RUNNING;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merged_run(&dir, NULL);
    assert_int_equal(model->ranks[0].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->peak.upper_open_ranks, 1);
    assert_int_equal(model->peak.upper.bytes, 200 * MIB + 2 * 368 * 1024);
    assert_int_equal(model->peak.seen.kind, MW_MODEL_UNKNOWN);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* User phases by their path, intervals by the surrounding calls, in order of time, parents first. */
static void test_phases(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;
    const struct mw_model_merged_phase *inner;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        uint32_t outer, a, b;
        synthetic_journal(&journal, rank, 2);
        a = synthetic_site(&journal, "MPI_Bcast", 2, 1);
        b = synthetic_site(&journal, "MPI_Reduce", 2, 2);
        outer = synthetic_phase(&journal, MW_PHASE_USER, "outer", 0, 100, 400, 20 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, "later", 0, 400, 500, 10 * MIB);
        synthetic_phase(&journal, MW_PHASE_USER, "inner", outer, 300, 350, (10 + (uint64_t)rank) * MIB);
        synthetic_phase(&journal, MW_PHASE_BETWEEN, "", 0, 600, 610, 8 * MIB);
        journal.phases[3].from_site = a;
        journal.phases[3].to_site = b;
        synthetic_phase(&journal, MW_PHASE_BETWEEN, "", 0, 620, 640, 9 * MIB); /* deeper stack, the same lines */
        journal.phases[4].from_site = a;
        journal.phases[4].to_site = b;
        journal.phases[3].coarse_peak = rank ? 12 * MIB : 0;
        synthetic_finish(&journal, 700, 20 * MIB);
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merged_run(&dir, NULL);
    assert_int_equal(model->phase_count, 4);
    assert_string_equal(model->phases[0].path, "outer");
    assert_string_equal(model->phases[1].path, "outer/inner");
    assert_string_equal(model->phases[2].path, "later");
    inner = merged_phase(model, "outer/inner");
    assert_int_equal(inner->parent, 0);
    assert_int_equal(inner->depth, 1);
    assert_int_equal(inner->peak.max, 11 * MIB);
    assert_int_equal(inner->peak.min, 10 * MIB);
    assert_int_equal(inner->peak.worst, 1);
    assert_int_equal(inner->peak_kind, MW_MODEL_EXACT);
    assert_string_equal(model->phases[3].name, "MPI_Bcast app+0x1001 → MPI_Reduce app+0x1002");
    assert_int_equal(model->phases[3].visits, 4);
    assert_int_equal(model->phases[3].visits_max, 2);
    assert_int_equal(model->phases[3].time.max, 30 * MS);
    assert_int_equal(model->phases[3].peak.min, 9 * MIB);
    assert_int_equal(model->phases[3].peak.max, 12 * MIB);
    assert_int_equal(model->phases[3].peak_kind, MW_MODEL_AT_MOST);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static void test_empty(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    model = merged_run(&dir, NULL);
    assert_int_equal(model->rank_count, 0);
    assert_int_equal(model->peak.upper.kind, MW_MODEL_UNKNOWN);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_job),    cmocka_unit_test(test_bounds), cmocka_unit_test(test_bounds_killed),
        cmocka_unit_test(test_phases), cmocka_unit_test(test_empty),  cmocka_unit_test(test_late_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
