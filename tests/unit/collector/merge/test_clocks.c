/* SPDX-License-Identifier: MIT */
/* Hosts with different clocks on one time axis. */
#include "collector/base/file_names.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* If ranks have compared their clocks, the wall clocks are ignored. */
static void test_measured_clocks(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 3);
        snprintf(journal.ident->host, sizeof(journal.ident->host), "node0%d", rank + 1);
        journal.ident->wall_ns += rank * 60000 * MS; /* one minute off */
        journal.ident->mono_ns += rank * 777000 * MS;
        synthetic_finish(&journal, 500, (uint64_t)(10 + rank) * MIB);
        journal.state->clock_known = 1;
        journal.state->clock_shift_ns = -rank * 777000 * (int64_t)MS;
        journal.state->clock_error_ns = (uint64_t)rank * 40000;
        snprintf(journal.state->gathered_host, sizeof(journal.state->gathered_host), "node09");
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merged_run(&dir, NULL);
    assert_int_equal(model->rank_count, 2);
    assert_int_equal(model->ranks[1].created_ns, model->ranks[0].created_ns);
    merged_assert_note(model, "right to 40.0 µs or better: their clocks were compared over the network");
    merged_assert_note(model, "the complete record is on host node09 in ");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* Ranks of other hosts have different clocks; the wall clock maps them to one axis. */
static void test_hosts(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_journal journal;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        snprintf(journal.ident->host, sizeof(journal.ident->host), "node0%d", rank + 1);
        journal.ident->pid = 5000; /* pids repeat across hosts */
        journal.ident->start_ticks = 100000;
        journal.ident->mono_ns += rank * 777000 * MS;
        synthetic_finish(&journal, 500, (uint64_t)(10 + rank) * MIB);
        journal.state->rss_ns += (uint64_t)rank * 777000 * MS;
        synthetic_put(&dir, rank ? MW_FILE_JOURNAL "b" : MW_FILE_JOURNAL "a", journal.head, journal.head->length);
        synthetic_free(&journal);
    }
    synthetic_view(&view, 1);
    model = merged_run(&dir, &view);
    assert_int_equal(model->host_count, 2);
    assert_int_equal(model->rank_count, 2);
    assert_int_equal(mw_model_elapsed(model, model->ranks[1].created_ns), 100 * MS);
    assert_int_equal(mw_model_elapsed(model, model->ranks[1].rss_ns), 500 * MS);
    assert_int_equal(model->ranks[1].process, MW_MODEL_NONE); /* the sampled 5000 is node01's */
    assert_int_not_equal(model->ranks[0].process, MW_MODEL_NONE);
    merged_assert_note(model, "wall clocks");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measured_clocks),
        cmocka_unit_test(test_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
