/* SPDX-License-Identifier: MIT */
/* Journals, exit records and samples merged into one model. */
#include "collector/base/file_names.h"
#include "collector/base/token.h"
#include "collector/base/units.h"
#include "collector/journal/read.h"
#include "collector/merge/merge.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

static bool is_noted(const struct mw_model *model, const char *text)
{
    for (size_t i = 0; i < model->note_count; i++)
        if (strstr(model->notes[i].text, text))
            return true;
    return false;
}

static void assert_noted(const struct mw_model *model, const char *text)
{
    if (!is_noted(model, text))
        fail_msg("no note says \"%s\"%s%s", text, model->note_count ? "; the first is: " : "",
                 model->note_count ? model->notes[0].text : "");
}

static struct mw_model *merge(const struct synthetic_dir *dir, const struct mw_view *view)
{
    struct mw_err err = {""};
    struct mw_model *model;

    if (view)
        synthetic_write_view(view, dir);
    model = mw_merge_run(dir->fd, NULL, &err);

    if (!model)
        fail_msg("%s", err.text);
    return model;
}

static const struct mw_model_merged_site *find_site(const struct mw_model *model, const char *call)
{
    for (size_t i = 0; i < model->site_count; i++)
        if (!strcmp(model->sites[i].call, call))
            return &model->sites[i];
    fail_msg("no call site of %s", call);
    return NULL;
}

static const struct mw_model_merged_phase *find_phase(const struct mw_model *model, const char *path)
{
    for (size_t i = 0; i < model->phase_count; i++)
        if (!strcmp(model->phases[i].path, path))
            return &model->phases[i];
    fail_msg("no phase %s", path);
    return NULL;
}

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
    model = merge(&dir, &view);
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
    assert_int_equal(model->ranks[3].held_mpi.bytes, 12 * MIB);
    assert_int_equal(model->ranks[3].held_mpi.kind, MW_MODEL_AT_LEAST);
    spiking = find_site(model, "MPI_Alltoall");
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
    model = merge(&dir, &view);
    assert_int_equal(model->peak.seen.bytes, 150 * MIB);
    assert_int_equal(model->peak.upper.kind, MW_MODEL_AT_MOST);
    /* 100 + 10, mpirun's 20, the shell's 2, and two reading errors. */
    assert_int_equal(model->peak.upper.bytes, 132 * MIB + 2 * 368 * 1024);
    assert_int_equal(model->peak.sum_of_peaks, 222 * MIB);
    assert_int_equal(model->peak.upper_open_ranks, 0);
    assert_int_equal(model->peak.upper_sampled, 2);
    assert_noted(model, "larger than the upper bound"); /* 150 were sampled: reported, not hidden */
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
    model = merge(&dir, NULL);
    assert_int_equal(model->ranks[0].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->peak.upper_open_ranks, 1);
    assert_int_equal(model->peak.upper.bytes, 200 * MIB + 2 * 368 * 1024);
    assert_int_equal(model->peak.seen.kind, MW_MODEL_UNKNOWN);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

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
    model = merge(&dir, NULL);
    assert_int_equal(model->rank_count, 4);
    assert_false(model->ranks[0].gathered);
    assert_int_equal(model->ranks[0].peak.bytes, 40 * MIB);
    assert_true(model->ranks[3].gathered);
    assert_int_equal(model->ranks[3].peak.bytes, 33 * MIB);
    mw_model_destroy(model);
    snprintf(path, sizeof(path), "%s/%s0000000000001234", dir.path, MW_FILE_GATHERED);
    model = mw_merge_gathered(path, NULL);
    assert_int_equal(model->rank_count, 4);
    assert_noted(model, "gathered in MPI_Finalize");
    assert_false(is_noted(model, "without MPI_Finalize"));
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
    model = merge(&dir, NULL);
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
    model = merge(&dir, NULL);
    assert_noted(model, "7 of 10 ranks left no record: ranks 0, 3-4, 6-9");
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
    model = merge(&dir, NULL);
    assert_noted(model, "2147483646 of 2147483647 ranks left no record: ranks 0-6, 8-2147483646");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

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
    model = merge(&dir, NULL);
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
    model = merge(&dir, NULL);
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
    return merge(dir, view);
}

/* The order of deaths, the cause of each, the waiting ranks, and as many OOM victims as the kernel counted. */
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
    synthetic_remove(&dir);

    view.processes[2].end = MW_VIEW_ENDED; /* rank 0 ended first, of an unknown cause; that it waited is not evidence */
    model = merge_ended(&dir, &view, (int[]){0, SIGKILL, SIGKILL}, (uint64_t[]){705, 710, 720});
    assert_int_equal(model->deaths[0].rank, 0);
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_UNKNOWN);
    assert_int_equal(model->first_count, 3);
    mw_model_destroy(model);
    synthetic_remove(&dir);
    view.processes[2].end = MW_VIEW_STATUS;

    view.cgroup_count = 1;
    view.cgroups[0] = (struct mw_view_cgroup){.limit = 160 * MIB, .kills = 1, .flags = MW_VIEW_CGROUP_COUNTS, .name = "/job"};
    for (int i = 2; i < 5; i++) {
        view.processes[i].cgroup = 1;
        view.processes[i].oom_ns = SYNTHETIC_BEGIN + 700 * MS;
    }
    view.processes[4].rss_last = 100 * MIB; /* rank 2: the largest */
    model = merge_ended(&dir, &view, (int[]){SIGKILL, SIGKILL, SIGKILL}, (uint64_t[]){730, 710, 720});
    assert_int_equal(model->deaths[0].rank, 2);
    assert_int_equal(model->deaths[0].cause, MW_MODEL_CAUSE_OOM);
    assert_int_equal(model->deaths[0].cgroup, 0);
    assert_int_equal(model->deaths[1].cause, MW_MODEL_CAUSE_SIGNAL);
    assert_int_equal(model->hosts[0].cgroups[0].victims, 1);
    mw_model_destroy(model);
    synthetic_remove(&dir);

    view.cgroups[0].kills = 0;
    view.host_kills = 2; /* in another group */
    for (int i = 2; i < 5; i++)
        view.processes[i].oom_ns = 0;
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

/* Samples after a killed rank's last boundary count, as a lower bound. */
static void test_sampled_higher(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 2);
    synthetic_view(&view, 2);
    view.processes[2].hwm_seen = 200 * MIB;
    view.processes[3].hwm_seen = 41 * MIB + 4096; /* within the reading error */
    model = merge(&dir, &view);
    assert_int_equal(model->ranks[0].peak.bytes, 200 * MIB);
    assert_int_equal(model->ranks[0].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->ranks[1].peak.bytes, 41 * MIB + 4096);
    assert_int_equal(model->ranks[1].peak.kind, MW_MODEL_EXACT);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* sh, then exec app: the first image is a separate process, the second is the rank. */
static void test_images(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    view.processes[view.process_count] = view.processes[2];
    view.processes[view.process_count].image = 1;
    view.processes[view.process_count].first_ns = SYNTHETIC_BEGIN + 50 * MS;
    strcpy(view.processes[view.process_count].exe, "/home/user/app");
    strcpy(view.processes[view.process_count].command, "./app");
    view.process_count++;
    strcpy(view.processes[2].exe, "/bin/sh");
    model = merge(&dir, &view);
    assert_int_equal(model->process_count, 4);
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_string_equal(model->processes[2].name, "sh");
    assert_int_equal(model->processes[3].role, MW_MODEL_RANK);
    assert_int_equal(model->ranks[0].process, 3);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* A rank whose program was never sampled does not include an earlier program of the same process. */
static void test_image_unseen(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    strcpy(view.processes[2].exe, "/usr/bin/cargo");
    view.processes[2].rss_max = 900 * MIB;
    model = merge(&dir, &view);
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_int_equal(model->ranks[0].process, MW_MODEL_NONE);
    assert_true(model->ranks[0].peak.bytes < 900 * MIB);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* A program that executes itself: memory of the earlier image exceeds the rank's mark before its last boundary. */
static void test_image_of_one_name(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    uint64_t own;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    own = view.processes[2].rss_max;
    view.processes[view.process_count] = view.processes[2];
    view.processes[view.process_count].image = 1;
    view.processes[view.process_count].first_ns = SYNTHETIC_BEGIN + 300 * MS; /* after MPI_Init was entered */
    view.process_count++;
    view.processes[2].rss_max = 700 * MIB;
    view.processes[2].rss_max_ns = SYNTHETIC_BEGIN + 90 * MS;
    model = merge(&dir, &view);
    assert_int_equal(model->ranks[0].process, 3);
    assert_true(model->ranks[0].peak.bytes < 700 * MIB);
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_int_equal(model->processes[2].peak.bytes, 700 * MIB);
    mw_model_destroy(model);

    /* the second program was never sampled: the samples are not the rank's */
    view.process_count--;
    model = merge(&dir, &view);
    assert_int_equal(model->ranks[0].process, MW_MODEL_NONE);
    mw_model_destroy(model);

    /* but memory after the last boundary is the rank's */
    view.processes[2].rss_max_ns = SYNTHETIC_BEGIN + 5000 * MS;
    model = merge(&dir, &view);
    assert_int_equal(model->ranks[0].process, 2);
    assert_int_equal(model->ranks[0].peak.bytes, 700 * MIB);
    mw_model_destroy(model);
    assert_true(own < 700 * MIB);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* The table of one host, as written by its processes. */
struct exits {
    struct mw_exit_index index;
    struct mw_exit_text texts[MW_EXIT_SLOTS];
};

static struct mw_exit_entry *put_exit(struct exits *exits, size_t slot, int32_t pid, uint64_t start, const char *exe,
                                      uint64_t peak)
{
    memcpy(exits->index.magic, MW_EXIT_MAGIC, sizeof(exits->index.magic));
    exits->index.entries[slot] = (struct mw_exit_entry){.program = 1,
                                                        .count = 1,
                                                        .pid = pid,
                                                        .ppid = 4000,
                                                        .start_ticks = start,
                                                        .first_ns = SYNTHETIC_BEGIN + 100 * MS,
                                                        .end_ns = SYNTHETIC_BEGIN + 600 * MS,
                                                        .last_ns = SYNTHETIC_BEGIN + 600 * MS,
                                                        .peak = peak,
                                                        .peak_sum = peak};
    exits->texts[slot] = (struct mw_exit_text){.comm = "child", .command = "child --once"};
    snprintf(exits->texts[slot].exe, sizeof(exits->texts[slot].exe), "%s", exe);
    return &exits->index.entries[slot];
}

/* One that was sampled, one that was not, one of a rank, and free slots between them. */
static void test_exits(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/dash", 3 * MIB);
    put_exit(&exits, 3, 4100, 95000, "", 7 * MIB);
    put_exit(&exits, 4, 5000, 100000, "/home/user/app", MIB);
    put_exit(&exits, 9, 4101, 95001, "/usr/bin/tool (deleted)", 9 * MIB);
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    synthetic_put(&dir, MW_FILE_EXITS "node02", &exits, sizeof(exits) - 1);
    synthetic_view(&view, 1);
    model = merge(&dir, &view);
    assert_int_equal(model->process_count, 5);
    assert_int_equal(model->processes[1].peak.bytes, 3 * MIB);
    assert_int_equal(model->processes[1].peak.kind, MW_MODEL_EXACT);
    assert_int_equal(model->processes[3].peak.bytes, 7 * MIB);
    assert_string_equal(model->processes[3].name, "child");
    assert_int_equal(model->processes[3].samples, 0);
    assert_string_equal(model->processes[4].name, "tool");
    assert_int_equal(model->ranks[0].peak.bytes, 40 * MIB);
    assert_noted(model, "exit records of 1 host are damaged");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* The exit record belongs to another program than the sampled one: the sampled one was a copy of its parent, between fork
 * and exec, or the program before an exec. */
static void test_exits_of_later_images(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    const struct mw_model_process *later;

    (void)state;
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/gawk", 3 * MIB);
    put_exit(&exits, 2, 5000, 100000, "/bin/false", MIB);
    synthetic_make(&dir);
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    synthetic_view(&view, 1);
    view.processes[1].wait_status = 3 << 8; /* dash, then gawk */
    memcpy(view.processes[2].exe, view.processes[0].exe, sizeof(view.processes[0].exe));
    memcpy(view.processes[2].command, view.processes[0].command, sizeof(view.processes[0].command));
    view.processes[2].ppid = view.processes[0].pid;
    view.processes[2].rss_max = view.processes[2].hwm_seen = 17 * MIB;
    model = merge(&dir, &view);
    assert_int_equal(model->process_count, 4);

    assert_string_equal(model->processes[1].name, "dash");
    assert_int_equal(model->processes[1].peak.kind, MW_MODEL_AT_LEAST);
    assert_int_equal(model->processes[1].end, MW_VIEW_LIVES);
    later = &model->processes[3];
    assert_string_equal(later->name, "gawk");
    assert_int_equal(later->image, 1);
    assert_int_equal(later->peak.bytes, 3 * MIB);
    assert_int_equal(later->end, MW_VIEW_STATUS);
    assert_int_equal(later->wait_status, 3 << 8);

    assert_string_equal(model->processes[2].name, "false");
    assert_int_equal(model->processes[2].role, MW_MODEL_OTHER);
    assert_int_equal(model->processes[2].peak.bytes, MIB);
    assert_int_equal(model->processes[2].peak.kind, MW_MODEL_EXACT);
    assert_int_equal(model->processes[2].rss_max, 0);
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Processes that were counted together: the count already includes those that were sampled. */
static void test_exits_together(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    struct mw_exit_entry *entry;
    const struct mw_model_process *dash = NULL;
    size_t before;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    synthetic_view(&view, 1);
    model = merge(&dir, &view);
    before = model->process_count;
    mw_model_destroy(model);

    view.processes[1].end = MW_VIEW_ENDED; /* dash, pid 4001 */
    view.processes[1].last_ns = SYNTHETIC_BEGIN + 300 * MS;
    entry = put_exit(&exits, 1, 7001, 97000, view.processes[1].exe, 50 * MIB);
    entry->count = 1000;
    entry->peak_sum = 3000 * MIB;
    exits.index.lane_count = 2;
    exits.index.lanes[0].peak = exits.index.lanes[1].peak = 50 * MIB;
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    model = merge(&dir, &view);
    assert_int_equal(model->process_count, before); /* one less, one more */
    for (size_t i = 0; i < model->process_count; i++)
        if (model->processes[i].count > 1)
            dash = &model->processes[i];
    assert_non_null(dash);
    assert_int_equal(dash->count, 1000);
    assert_int_equal(dash->peak.bytes, 50 * MIB);
    assert_int_equal(dash->peak.kind, MW_MODEL_EXACT);
    assert_true(model->peak.upper.bytes >= 100 * MIB && model->peak.upper.bytes < 1000 * MIB);
    assert_int_equal(model->peak.sum_of_peaks > 3000 * MIB, 1);
    mw_model_destroy(model);
    mw_view_free(&view);
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
    model = merge(&dir, NULL);
    assert_int_equal(model->phase_count, 4);
    assert_string_equal(model->phases[0].path, "outer");
    assert_string_equal(model->phases[1].path, "outer/inner");
    assert_string_equal(model->phases[2].path, "later");
    inner = find_phase(model, "outer/inner");
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

/* Exit records of several hosts: the same pid and start time on another host is another process. */
static void test_exits_of_hosts(void **state)
{
    static struct exits exits;
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 1);
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/dash", 3 * MIB);
    synthetic_put(&dir, MW_FILE_EXITS "node01", &exits, sizeof(exits));
    put_exit(&exits, 1, 4001, 90010, "/usr/bin/dash", 5 * MIB);
    synthetic_put(&dir, MW_FILE_EXITS "node02", &exits, sizeof(exits));
    synthetic_view(&view, 1);
    model = merge(&dir, &view);
    assert_int_equal(model->host_count, 2);
    assert_int_equal(model->processes[1].peak.bytes, 3 * MIB);
    assert_int_equal(model->processes[model->process_count - 1].peak.bytes, 5 * MIB);
    assert_string_equal(model->hosts[model->processes[model->process_count - 1].host].name, "node02");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

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
    model = merge(&dir, NULL);
    assert_int_equal(model->rank_count, 2);
    assert_int_equal(model->ranks[1].created_ns, model->ranks[0].created_ns);
    assert_noted(model, "right to 40.0 µs or better: their clocks were compared over the network");
    assert_noted(model, "the whole record lies on host node09 in ");
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
    model = merge(&dir, &view);
    assert_int_equal(model->host_count, 2);
    assert_int_equal(model->rank_count, 2);
    assert_int_equal(mw_model_elapsed(model, model->ranks[1].created_ns), 100 * MS);
    assert_int_equal(mw_model_elapsed(model, model->ranks[1].rss_ns), 500 * MS);
    assert_int_equal(model->ranks[1].process, MW_MODEL_NONE); /* the sampled 5000 is node01's */
    assert_int_not_equal(model->ranks[0].process, MW_MODEL_NONE);
    assert_noted(model, "wall clocks");
    mw_model_destroy(model);
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Files that are not journals: each is named, none prevents reading the others. */
static void test_damaged(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;
    char name[MW_JOURNAL_NAME_SIZE];
    int fd;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 3);
    synthetic_put(&dir, MW_FILE_JOURNAL "empty", "", 0);
    assert_int_equal(symlinkat("/etc/passwd", dir.fd, MW_FILE_JOURNAL "link"), 0);
    assert_int_equal(mkfifoat(dir.fd, MW_FILE_JOURNAL "fifo", 0600), 0);
    assert_int_equal(mkfifoat(dir.fd, MW_FILE_EXITS "fifo", 0600), 0);
    mw_journal_name(name, 0x1234, "node01", 5001);
    fd = openat(dir.fd, name, O_RDWR);
    assert_int_equal(ftruncate(fd, 20000), 0);
    close(fd);
    model = merge(&dir, NULL);
    assert_int_equal(model->rank_count, 3);
    assert_noted(model, "empty left out: cut off after 0 bytes");
    assert_noted(model, "link left out: " MW_FILE_JOURNAL "link is a symbolic link");
    assert_noted(model, "is not a regular file");
    assert_noted(model, "(rank 1) is damaged: cut off after 20000 of");
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static void test_empty(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    model = merge(&dir, NULL);
    assert_int_equal(model->rank_count, 0);
    assert_int_equal(model->peak.upper.kind, MW_MODEL_UNKNOWN);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Any flipped byte: the merge neither crashes nor overflows, whatever the numbers become. */
static void test_flipped(void **state)
{
    struct synthetic_dir dir;
    struct mw_view view;
    uint32_t seed = 7;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 3);
    synthetic_view(&view, 3);
    for (int round = 0; round < 300; round++) {
        struct mw_journal journal;
        struct mw_model *model;
        size_t size;
        char *bytes;
        synthetic_journal(&journal, 2, 3);
        for (uint32_t i = 0; i < 20; i++) {
            uint32_t site = synthetic_site(&journal, "MPI_Bcast", 3, i % 7);
            uint32_t phase = synthetic_phase(&journal, i % 3 ? MW_PHASE_USER : MW_PHASE_BETWEEN, "p", 0, i, i + 1, MIB);
            journal.phases[phase - 1].parent = random_next(&seed) % (phase + 2);
            journal.phases[phase - 1].from_site = random_next(&seed) % (site + 2);
            journal.ticks[i] = (struct mw_tick){MIB, MIB};
            mw_journal_publish(&journal, MW_SECTION_TIMELINE, i);
        }
        synthetic_spike(&journal, 3, 1, MIB, MIB, 3);
        synthetic_finish(&journal, 20, MIB);
        bytes = synthetic_pack(&journal, &size);
        for (int flips = 0; flips < 64; flips++)
            bytes[sizeof(struct mw_record_head) + random_next(&seed) % (size - sizeof(struct mw_record_head))] ^= (char)
                random_next(&seed);
        synthetic_put(&dir, MW_FILE_JOURNAL "flipped", bytes, size);
        model = merge(&dir, round & 1 ? &view : NULL);
        mw_model_destroy(model);
        free(bytes);
        synthetic_free(&journal);
    }
    mw_view_free(&view);
    synthetic_remove(&dir);
}

/* Wraps the collector's function (tests/local.mk): after this many journals no more can be read. */
static int readable = INT32_MAX;
int __real_mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err);
int __wrap_mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err);
int __wrap_mw_journal_read_file(struct mw_journal_read *journal, int dirfd, const char *name, struct mw_err *err)
{
    return readable-- > 0 ? __real_mw_journal_read_file(journal, dirfd, name, err) : mw_err_set(err, "gone");
}

/* The records of a large job are read twice. Those of ranks 2 and 3 are removed in between: only their details are lost. */
static void test_gone_meanwhile(void **state)
{
    struct synthetic_dir dir;
    struct mw_model *model;

    (void)state;
    synthetic_make(&dir);
    synthetic_job(&dir, 4);
    mw_merge_set_whole_ranks(2);
    readable = 4 + 2;
    model = merge(&dir, NULL);
    readable = INT32_MAX;
    mw_merge_set_whole_ranks(MW_MERGE_WHOLE_RANKS);
    assert_noted(model, "2 records could not be read a second time");
    assert_int_equal(model->rank_count, 4);
    assert_int_equal(model->rank_peak.worst, 2);
    assert_true(model->ranks[1].has_details);
    assert_int_equal(model->ranks[1].site_count, 3);
    assert_false(model->ranks[2].has_details);
    assert_int_equal(model->ranks[2].site_count, 0);
    assert_int_equal(model->ranks[2].peak_site, MW_MODEL_NONE);
    assert_int_equal(model->ranks[2].peak_phase, MW_MODEL_NONE);
    assert_int_equal(find_phase(model, "fft")->ranks, 2);
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
    mw_merge_set_whole_ranks(2);
    model = merge(&dir, NULL);
    mw_merge_set_whole_ranks(MW_MERGE_WHOLE_RANKS);
    for (size_t i = 0; i < 100; i++) {
        const struct mw_model_rank *rank = &model->ranks[i];
        whole += rank->has_details;
        assert_string_equal(rank->phases[rank->peak_phase].path, "fft");
        assert_true(rank->has_details || rank->phase_count == 1);
        assert_int_equal(rank->phases[rank->peak_phase].merged, model->ranks[2].phases[2].merged);
    }
    assert_uint_in_range(whole, 64, 65);
    assert_true(model->ranks[2].has_details);
    assert_int_equal(find_site(model, "MPI_Alltoall")->spike_record, 0);
    assert_int_equal(find_site(model, "MPI_Alltoall")->ranks, 100);
    assert_int_equal(find_phase(model, "fft")->ranks, 100);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* A call at the first line of a function of this program, from the first lines of others. */
static void put_call(struct mw_journal *journal, const char *call, const struct mw_module *self, const void *const *stack)
{
    struct mw_site *site = &journal->sites[synthetic_site(journal, call, 2, 0) - 1];

    journal->modules[0] = *self;
    for (site->depth = 0; stack[site->depth]; site->depth++)
        site->frames[site->depth] = (struct mw_frame){.offset = (uintptr_t)stack[site->depth] + 1 - self->base, .module = 1};
}

static size_t count_sites(const struct mw_model *model, const char *call, bool via)
{
    size_t count = 0;

    for (size_t i = 0; i < model->site_count; i++)
        count += !strcmp(model->sites[i].call, call) && (strstr(model->sites[i].label, " (via synthetic.c:") != NULL) == via;
    return count;
}

#define STACK(...)        \
    (const void *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define CODE(function) ((const void *)(uintptr_t)(function))

/* synthetic.c is the layer, and this file calls it. */
static void test_layer(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;
    struct mw_module self;
    const struct mw_model_phase *between;

    (void)state;
    synthetic_self(&self);
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        put_call(&journal, "MPI_Init", &self, STACK(CODE(test_job)));
        put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(test_job), CODE(merge)));
        put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(synthetic_job), CODE(test_bounds)));
        put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(test_job), CODE(find_site)));
        put_call(&journal, "MPI_Barrier", &self, STACK(CODE(synthetic_free), CODE(merge)));
        put_call(&journal, "MPI_Gather", &self, STACK(CODE(synthetic_free)));
        synthetic_phase(&journal, MW_PHASE_BETWEEN, "", 0, 150, 300, MIB);
        journal.phases[0].from_site = 1;
        journal.phases[0].to_site = 3;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merge(&dir, NULL);
    assert_int_equal(count_sites(model, "MPI_Bcast", true), 2); /* test_job is one line, test_bounds another */
    assert_int_equal(count_sites(model, "MPI_Bcast", false), 0);
    assert_int_equal(count_sites(model, "MPI_Barrier", true), 1);
    assert_int_equal(count_sites(model, "MPI_Gather", false), 1); /* no caller outside is known */
    assert_int_equal(count_sites(model, "MPI_Init", false), 1);
    assert_string_equal(find_site(model, "MPI_Bcast")->place->file, "test_merge.c");
    assert_int_equal(find_site(model, "MPI_Bcast")->calls, 4);
    between = &model->ranks[0].phases[0];
    assert_true(strstr(between->name, "→ MPI_Bcast test_merge.c:") != NULL);
    assert_ptr_equal(between->name, between->path);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* One line is reached from two places, but most lines from one: an ordinary file. */
static void test_no_layer(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;
    struct mw_module self;

    (void)state;
    synthetic_self(&self);
    synthetic_make(&dir);
    synthetic_journal(&journal, 0, 1);
    put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(test_job)));
    put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(test_bounds)));
    put_call(&journal, "MPI_Gather", &self, STACK(CODE(synthetic_free), CODE(test_job)));
    put_call(&journal, "MPI_Gather", &self, STACK(CODE(synthetic_write), CODE(test_job)));
    synthetic_write(&journal, &dir);
    synthetic_free(&journal);
    model = merge(&dir, NULL);
    assert_int_equal(count_sites(model, "MPI_Bcast", false), 1);
    assert_int_equal(find_site(model, "MPI_Bcast")->calls, 2);
    assert_int_equal(count_sites(model, "MPI_Gather", false), 2);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_job),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_bounds_killed),
        cmocka_unit_test(test_gathered),
        cmocka_unit_test(test_gathered_unreadable),
        cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_missing_ranks),
        cmocka_unit_test(test_huge_world),
        cmocka_unit_test(test_unfinished),
        cmocka_unit_test(test_unfinished_elsewhere),
        cmocka_unit_test(test_sampled_higher),
        cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_ended_from_outside),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_exits),
        cmocka_unit_test(test_exits_together),
        cmocka_unit_test(test_exits_of_later_images),
        cmocka_unit_test(test_exits_of_hosts),
        cmocka_unit_test(test_measured_clocks),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_gone_meanwhile),
        cmocka_unit_test(test_reduced),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_layer),
        cmocka_unit_test(test_image_unseen),
        cmocka_unit_test(test_image_of_one_name),
        cmocka_unit_test(test_no_layer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
