/* SPDX-License-Identifier: MIT */
/* How ranks ended: deaths, ranks that never finished, and what ended the job. */
#include "collector/base/token.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void write_unfinished(const struct synthetic_dir *dir, bool here)
{
    struct mw_journal journal;
    uint32_t site;

    for (int rank = 0; rank < 3; rank++) {
        synthetic_journal(&journal, rank, 3);
        if (here)
            gethostname(journal.ident->host, sizeof(journal.ident->host) - 1);
        site = synthetic_site(&journal, "MPI_Allreduce", 3, 12);
        synthetic_finish(&journal, 500, 10 * MIB);
        journal.state->stage = rank == 0 ? MW_STAGE_EXITED : rank == 1 ? MW_STAGE_RUNNING : MW_STAGE_ABORTED;
        journal.state->abort_code = 3;
        journal.state->in_site = rank == 1 ? site : 0;
        journal.state->last_site = site;
        synthetic_write(&journal, dir);
        synthetic_free(&journal);
    }
}

/* It is unknown whether a rank of another host is still running: it is not reported as dead. */
static void test_unfinished_elsewhere(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    close(mw_token_create(dir.fd, "0123456789abcdef"));
    write_unfinished(&dir, false);
    model = merged_run(&dir, NULL);
    assert_int_equal(model->death_count, 1);
    assert_string_equal(model->deaths[0].text, "called MPI_Abort(3)");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static void test_unfinished(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    close(mw_token_create(dir.fd, "0123456789abcdef"));
    write_unfinished(&dir, true);
    model = merged_run(&dir, NULL);
    assert_int_equal(model->death_count, 2);
    assert_int_equal(model->deaths[0].rank, 2); /* the time of its MPI_Abort is known */
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_ABORT);
    assert_string_equal(model->deaths[0].text, "called MPI_Abort(3)");
    assert_int_equal(model->deaths[1].cause, MW_MODEL_CAUSE_UNKNOWN);
    assert_int_equal(model->waiting_count, 1);
    assert_string_equal(model->waiting[0].label, "MPI_Allreduce app+0x100c");
    assert_string_equal(model->waiting[0].ranks, "1");
    assert_string_equal(model->ended_by, "");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* A job of three ranks in MPI_Barrier that ended according to `status` and `end_ms`. */
static struct mw_model *merge_ended(struct synthetic_dir *dir, struct mw_view *view, const int status[3],
                                    const uint64_t end_ms[3])
{
    struct mw_journal journal;

    synthetic_make(dir);
    for (int rank = 0; rank < 3; rank++) {
        uint32_t site;
        synthetic_journal(&journal, rank, 3);
        site = synthetic_site(&journal, "MPI_Barrier", 3, 12);
        synthetic_finish(&journal, 500, 10 * MIB);
        journal.state->stage = MW_STAGE_RUNNING;
        journal.state->in_site = rank == 1 ? 0 : site;
        journal.state->last_site = site;
        synthetic_write(&journal, dir);
        synthetic_free(&journal);
    }
    for (int rank = 0; rank < 3; rank++) {
        view->processes[2 + rank].wait_status = status[rank];
        view->processes[2 + rank].end_ns = SYNTHETIC_BEGIN + end_ms[rank] * MS;
    }
    return merged_run(dir, view);
}

/* The order of deaths, the cause of each, and the waiting ranks. */
static void test_deaths(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_view(&view, 3);
    model = merge_ended(&dir, &view, (int[]){SIGKILL, SIGSEGV, 3 << 8}, (uint64_t[]){708, 710, 730});
    assert_int_equal(model->death_count, 3);
    assert_int_equal(model->deaths[0].rank, 1); /* rank 0 was killed because of it, and ended slightly earlier */
    assert_string_equal(model->deaths[0].text, "killed by SIGSEGV (Segmentation fault)");
    assert_string_equal(model->deaths[1].text, "killed by SIGKILL (Killed)");
    assert_string_equal(model->deaths[2].text, "ended with status 3, without MPI_Finalize");
    assert_int_equal(model->waiting_count, 1);
    assert_string_equal(model->waiting[0].ranks, "0, 2");
    assert_false(model->waiting[0].first_too);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Rank 0 ended first, of an unknown cause; that it waited is not evidence. */
static void test_first_of_unknown_cause(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_view(&view, 3);
    view.processes[2].end = MW_VIEW_ENDED;
    model = merge_ended(&dir, &view, (int[]){0, SIGKILL, SIGKILL}, (uint64_t[]){705, 710, 720});
    assert_int_equal(model->deaths[0].rank, 0);
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_UNKNOWN);
    assert_int_equal(model->first_count, 3);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

static void view_limited(struct mw_view *view, uint64_t kills)
{
    synthetic_view(view, 3);
    view->cgroup_count = 1;
    view->cgroups[0] = (struct mw_view_cgroup){
        .limit = 160 * MIB, .kills = kills, .flags = MW_VIEW_CGROUP_COUNTS, .name = "/job"};
    for (int i = 2; i < 5; i++)
        view->processes[i].cgroup = 1;
    view->processes[4].rss_last = 100 * MIB; /* rank 2: the largest */
}

/* As many OOM victims as the kernel counted in the group. */
static void test_oom_victims(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    view_limited(&view, 1);
    for (int i = 2; i < 5; i++)
        view.processes[i].oom_ns = SYNTHETIC_BEGIN + 700 * MS;
    model = merge_ended(&dir, &view, (int[]){SIGKILL, SIGKILL, SIGKILL}, (uint64_t[]){730, 710, 720});
    assert_int_equal(model->deaths[0].rank, 2);
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_OOM);
    assert_int_equal(model->deaths[0].cgroup, 0);
    assert_int_equal(model->deaths[1].cause, MW_MODEL_CAUSE_SIGNAL);
    assert_int_equal(model->hosts[0].cgroups[0].victims, 1);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

static void test_oom_in_another_group(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    view_limited(&view, 0);
    view.host_kills = 2;
    model = merge_ended(&dir, &view, (int[]){SIGKILL, SIGKILL, SIGKILL}, (uint64_t[]){730, 720, 710});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(model->deaths[i].cause, MW_MODEL_CAUSE_SIGNAL);
        assert_false(model->deaths[i].perhaps_oom);
        assert_true(model->deaths[i].cgroup == MW_MODEL_NONE);
    }
    mw_model_destroy(model);
    synthetic_remove(&dir);
    mw_view_free(&view);
}

/* The event that ended the job before any rank died is reported: a signal to memwatch, or one that killed the command. */
static void test_ended_from_outside(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_view(&view, 3);
    view.signals[0] = (struct mw_view_signal){SIGUSR1, 77, SYNTHETIC_BEGIN + 600 * MS};
    view.signals[1] = (struct mw_view_signal){SIGTERM, 77, SYNTHETIC_BEGIN + 700 * MS};
    view.signal_count = 2;
    model = merge_ended(&dir, &view, (int[]){SIGTERM, SIGTERM, SIGTERM}, (uint64_t[]){730, 720, 710});
    assert_string_equal(model->ended_by,
                        "memwatch was sent SIGTERM (Terminated) at 700 ms by process 77, and the job received it");
    mw_model_destroy(model);
    synthetic_remove(&dir);

    model = merge_ended(&dir, &view, (int[]){SIGTERM, SIGSEGV, SIGTERM}, (uint64_t[]){730, 690, 710});
    assert_string_equal(model->ended_by, ""); /* a rank died before it */
    mw_model_destroy(model);
    synthetic_remove(&dir);

    view.signal_count = 0;
    view.exit_signal = SIGKILL;
    view.command_end_ns = SYNTHETIC_BEGIN + 650 * MS;
    model = merge_ended(&dir, &view, (int[]){SIGTERM, SIGTERM, SIGTERM}, (uint64_t[]){730, 690, 710});
    assert_string_equal(model->ended_by,
                        "the command itself was killed by SIGKILL (Killed) at 650 ms, before any rank had ended");
    mw_model_destroy(model);
    synthetic_remove(&dir);

    view.command_end_ns = SYNTHETIC_BEGIN + 712 * MS; /* noticed after the ranks that it killed */
    model = merge_ended(&dir, &view, (int[]){SIGKILL, SIGKILL, SIGKILL}, (uint64_t[]){730, 711, 711});
    assert_string_equal(model->ended_by,
                        "the command itself was killed by SIGKILL (Killed) at 712 ms, together with the first rank");
    mw_model_destroy(model);
    synthetic_remove(&dir);
    model = merge_ended(&dir, &view, (int[]){SIGKILL, SIGSEGV, SIGKILL}, (uint64_t[]){730, 711, 711});
    assert_string_equal(model->ended_by, "");
    mw_model_destroy(model);
    synthetic_remove(&dir);
    mw_view_free(&view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unfinished),
        cmocka_unit_test(test_unfinished_elsewhere),
        cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_first_of_unknown_cause),
        cmocka_unit_test(test_oom_victims),
        cmocka_unit_test(test_oom_in_another_group),
        cmocka_unit_test(test_ended_from_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
