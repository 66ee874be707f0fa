/* SPDX-License-Identifier: MIT */
/* memwatch top: what it reads from a changing run directory, and says of it. */
#include "collector/base/file_names.h"
#include "collector/journal/read.h"
#include "tests/unit/launcher/top/top_job.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Counts reads of journal entries, and runs an action right after one. */
static unsigned entries_read;
static void (*after_read)(void);
int __real_mw_journal_read_entry(void *entry, const struct mw_journal_source *source, const struct mw_record_head *head,
                                 enum mw_section section, uint32_t index);
int __wrap_mw_journal_read_entry(void *entry, const struct mw_journal_source *source, const struct mw_record_head *head,
                                 enum mw_section section, uint32_t index);
int __wrap_mw_journal_read_entry(void *entry, const struct mw_journal_source *source, const struct mw_record_head *head,
                                 enum mw_section section, uint32_t index)
{
    int result = __real_mw_journal_read_entry(entry, source, head, section, index);

    entries_read++;
    if (after_read)
        after_read();
    return result;
}

static void memory_is_that_of_the_newest_sample(void **state)
{
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    assert_int_equal(job.data.ranks, TOP_JOB_RANKS);
    assert_int_equal(top_job_member(&job, 2)->rss, 30 * MIB);
    assert_true(top_job_member(&job, 2)->growth_known);
    assert_int_equal(top_job_member(&job, 2)->growth, 2 * MIB);
    assert_int_equal(job.data.growth, 6 * MIB);
    assert_int_equal(job.data.rss, (10 + 20 + 30 + 40 + 10) * MIB);
    assert_int_equal(job.data.highest, 150 * MIB); /* from the view: higher than now */
    assert_int_equal(job.data.hosts[0].others, 1); /* mpirun; the shell has ended */
    assert_int_equal(job.data.hosts[0].others_rss, 10 * MIB);
    assert_int_equal(job.data.hosts[0].ranks, TOP_JOB_RANKS);
    assert_int_equal(job.data.hosts[0].kind, MW_LIMIT_NODE);
    assert_int_equal(job.data.hosts[0].free, 8192 * MIB);
    assert_false(job.data.over);
    top_job_finish(&job);
}

/* In a control group, the free memory is what the kernel counts, not RSS; with a ulimit, it is the rest of the address space
 * of one process. */
static void free_is_what_the_nearest_limit_leaves(void **state)
{
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    job.view.charge_count = 3;
    job.view.charges[1] = (struct mw_view_charge){
        .kind = MW_LIMIT_HIGH, .flags = MW_VIEW_CHARGE_SEEN, .bytes = 300 * MIB, .used = 299 * MIB};
    job.view.charges[2] = (struct mw_view_charge){
        .kind = MW_LIMIT_CGROUP, .flags = MW_VIEW_CHARGE_SEEN, .bytes = 400 * MIB, .used = 299 * MIB};
    synthetic_write_view(&job.view, &job.dir);
    top_job_open(&job);
    assert_int_equal(job.data.hosts[0].kind, MW_LIMIT_CGROUP);
    assert_int_equal(job.data.hosts[0].free, 101 * MIB);
    assert_int_equal(job.data.hosts[0].free_pid, 0);
    job.view.processes[4].address_limit = 2048 * MIB;
    job.view.processes[4].address_last = 1950 * MIB;
    job.view.processes[3].data_limit = 900 * MIB; /* not read yet */
    synthetic_write_view(&job.view, &job.dir);
    mw_top_data_look(&job.data, TOP_JOB_NOW);
    assert_int_equal(job.data.hosts[0].kind, MW_LIMIT_ADDRESS);
    assert_int_equal(job.data.hosts[0].limit, 2048 * MIB);
    assert_int_equal(job.data.hosts[0].free, 98 * MIB);
    assert_int_equal(job.data.hosts[0].free_pid, job.view.processes[4].pid);
    top_job_finish(&job);
}

static void the_journal_is_newer_than_the_last_sample(void **state)
{
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    job.journals[1].state->rss = 99 * MIB;
    job.journals[1].state->rss_ns = TOP_JOB_NOW + 1;
    job.journals[1].state->peak = 120 * MIB;
    job.journals[3].state->rss = 99 * MIB;
    job.journals[3].state->rss_ns = TOP_JOB_NOW - 1;
    synthetic_write(&job.journals[1], &job.dir);
    synthetic_write(&job.journals[3], &job.dir);
    top_job_open(&job);
    assert_int_equal(top_job_member(&job, 1)->rss, 99 * MIB);
    assert_int_equal(top_job_member(&job, 1)->peak, 120 * MIB);
    assert_false(top_job_member(&job, 1)->peak_exact);
    assert_int_equal(top_job_member(&job, 3)->rss, 40 * MIB);
    top_job_finish(&job);
}

static void calls_and_phases_are_followed(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    assert_string_equal(top_job_member(&job, 0)->call, "MPI_Init");
    assert_false(top_job_member(&job, 0)->in_call);
    top_job_expect(&job, &choice, "2 s after MPI_Init");
    job.journals[0].state->in_site = 2;
    job.journals[1].state->phase = 2; /* an interval inside "solve" */
    job.journals[2].state->phase = 1;
    job.journals[2].state->in_site = 2;
    top_job_look(&job);
    assert_string_equal(top_job_member(&job, 0)->call, "MPI_Allreduce");
    assert_true(top_job_member(&job, 0)->in_call);
    assert_string_equal(top_job_member(&job, 1)->phase, "solve");
    top_job_expect(&job, &choice, "2 s MPI_Allreduce");
    top_job_expect(&job, &choice, "2 s solve: MPI_Allreduce");
    top_job_expect(&job, &choice, "2 in MPI calls");
    job.journals[2].state->phase = 0;
    top_job_look(&job);
    assert_string_equal(top_job_member(&job, 2)->phase, "");
    top_job_finish(&job);
}

static void only_changed_parts_are_read(void **state)
{
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    entries_read = 0;
    mw_top_data_look(&job.data, TOP_JOB_NOW);
    assert_int_equal(entries_read, TOP_JOB_RANKS); /* the state of each */
    job.journals[0].state->in_site = 2;
    job.view.processes[2 + 3].end = MW_VIEW_ENDED;
    top_job_look(&job);
    entries_read = 0;
    top_job_look(&job);
    assert_int_equal(entries_read, TOP_JOB_RANKS - 1); /* rank 3 has ended */
    top_job_finish(&job);
}

static void ended_ranks_have_a_cause(void **state)
{
    static const struct {
        int status;
        enum mw_stage stage;
        enum mw_top_end end;
        const char *how;
    } cases[TOP_JOB_RANKS] = {
        {0, MW_STAGE_EXITED, MW_TOP_ENDED, "ended"},
        {SIGKILL, MW_STAGE_RUNNING, MW_TOP_DIED, "killed by SIGKILL"},
        {3 << 8, MW_STAGE_EXITED, MW_TOP_DIED, "ended with status 3"},
        {0, MW_STAGE_RUNNING, MW_TOP_DIED, "ended without MPI_Finalize"},
    };
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++) {
        struct mw_view_process *process = &job.view.processes[rank + 2];
        job.journals[rank].state->stage = cases[rank].stage;
        process->end = MW_VIEW_STATUS;
        process->wait_status = cases[rank].status;
        process->end_ns = TOP_JOB_NOW + (rank == 3 ? 0 : 10);
    }
    top_job_look(&job);
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++) {
        assert_string_equal(top_job_member(&job, rank)->how, cases[rank].how);
        assert_int_equal(top_job_member(&job, rank)->end, cases[rank].end);
        assert_int_equal(top_job_member(&job, rank)->rss, 0);
    }
    assert_true(top_job_member(&job, 0)->peak_exact);
    assert_false(job.data.over); /* mpirun is running */
    top_job_expect(&job, &choice, "0 live · 1 ended · 3 died");
    top_job_expect(&job, &choice, "Died      rank 3: ended without MPI_Finalize, and others"); /* the first one */
    top_job_expect(&job, &choice, "killed by SIGKILL, after MPI_Init");
    top_job_finish(&job);
}

static void abort_is_shown_during_and_after(void **state)
{
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    job.journals[1].state->stage = MW_STAGE_ABORTED;
    job.journals[1].state->abort_code = 7;
    synthetic_write(&job.journals[1], &job.dir);
    top_job_open(&job);
    assert_string_equal(top_job_member(&job, 1)->how, "MPI_Abort(7)");
    assert_int_equal(top_job_member(&job, 1)->end, MW_TOP_LIVES);
    job.view.processes[2 + 1].end = MW_VIEW_STATUS;
    job.view.processes[2 + 1].wait_status = SIGTERM;
    top_job_look(&job);
    assert_string_equal(top_job_member(&job, 1)->how, "MPI_Abort(7)");
    assert_int_equal(top_job_member(&job, 1)->end, MW_TOP_DIED);
    top_job_finish(&job);
}

static struct top_job *ending;

static void end_well(void)
{
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++) {
        ending->journals[rank].state->stage = MW_STAGE_EXITED;
        synthetic_write(&ending->journals[rank], &ending->dir);
    }
}

static void remove_journals(void)
{
    synthetic_remove(&ending->dir);
    synthetic_make(&ending->dir);
}

/* Ranks that finalize and end while they are read: the earlier state of the journal is not reported as a death. */
static void ranks_that_end_meanwhile_have_not_died(void **state)
{
    static void (*const meanwhile[])(void) = {end_well, remove_journals};
    struct top_job job;

    (void)state;
    for (size_t i = 0; i < sizeof(meanwhile) / sizeof(meanwhile[0]); i++) {
        top_job_begin(&job);
        top_job_open(&job);
        for (int rank = 0; rank < TOP_JOB_RANKS; rank++) {
            job.view.processes[rank + 2].end = rank % 2 ? MW_VIEW_STATUS : MW_VIEW_ENDED;
            job.view.processes[rank + 2].wait_status = 0;
        }
        ending = &job;
        after_read = meanwhile[i];
        top_job_look(&job);
        after_read = NULL;
        for (int rank = 0; rank < TOP_JOB_RANKS; rank++)
            assert_int_equal(job.data.members[rank].end, MW_TOP_ENDED);
        assert_int_equal(job.data.unread, 0);
        top_job_finish(&job);
    }
}

static void end_is_shown_and_the_display_stays(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    job.view.command_end_ns = TOP_JOB_NOW + 500 * MS;
    job.view.end_ns = TOP_JOB_NOW + 600 * MS;
    job.view.exit_status = 3;
    top_job_look(&job);
    assert_true(job.data.over);
    top_job_expect(&job, &choice, "ended, status 3 after 3 s");
    top_job_expect(&job, &choice, "≥ 40.0 MiB");
    unlinkat(job.dir.fd, MW_FILE_VIEW "test", 0);
    mw_top_data_look(&job.data, TOP_JOB_NOW + 9000 * MS);
    top_job_expect(&job, &choice, "ended, status 3 after 3 s");
    top_job_finish(&job);
}

static void a_removed_directory_is_the_end(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    top_job_open(&job);
    synthetic_remove(&job.dir);
    mw_top_data_look(&job.data, TOP_JOB_NOW + 1000 * MS);
    assert_true(job.data.over);
    top_job_expect(&job, &choice, " ended after");
    top_job_expect(&job, &choice, "≥ 40.0 MiB");
    mw_top_data_close(&job.data);
    synthetic_make(&job.dir); /* for top_job_finish() */
    assert_int_equal(mw_top_data_open(&job.data, "/nowhere", TOP_JOB_NOW, NULL), -1);
    assert_int_equal(mw_top_data_open(&job.data, job.dir.path, TOP_JOB_NOW, NULL), -1); /* empty */
    assert_int_equal(mw_top_data_open(&job.data, "/dev/null", TOP_JOB_NOW, NULL), -1);
    for (int rank = 0; rank < TOP_JOB_RANKS; rank++)
        synthetic_free(&job.journals[rank]);
    mw_view_free(&job.view);
    synthetic_remove(&job.dir);
}

static void without_ranks_processes_are_listed(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct synthetic_dir dir;
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    dir = job.dir;
    synthetic_make(&job.dir);
    synthetic_write_view(&job.view, &job.dir);
    top_job_open(&job);
    assert_int_equal(job.data.ranks, 0);
    assert_int_equal(job.data.member_count, TOP_JOB_RANKS + 1);
    top_job_expect(&job, &choice, "5, and no MPI rank yet");
    top_job_expect(&job, &choice, " 4000   10.0 MiB");
    top_job_expect(&job, &choice, " orterun");
    top_job_look(&job); /* now the ranks appear */
    assert_int_equal(job.data.ranks, TOP_JOB_RANKS);
    assert_int_equal(job.data.member_count, TOP_JOB_RANKS);
    synthetic_remove(&dir);
    top_job_finish(&job);
}

static void hosts_have_separate_clocks(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_HOSTS};
    struct top_job job;
    struct mw_view other;
    struct mw_view_file file;

    (void)state;
    top_job_begin(&job);
    strcpy(job.journals[3].ident->host, "node02");
    job.journals[3].ident->pid++; /* another file */
    job.journals[3].state->since_ns = TOP_JOB_NOW + 777000 * MS - 1000 * MS;
    synthetic_write(&job.journals[3], &job.dir);
    job.view.processes[2 + 3].end = MW_VIEW_ENDED; /* that belongs to no rank */
    synthetic_write_view(&job.view, &job.dir);
    other = (struct mw_view){.host = "node02",
                             .begin_ns = 1,
                             .last_ns = TOP_JOB_NOW + 777000 * MS - 500 * MS,
                             .shift_ns = -777000 * (int64_t)MS,
                             .error_ns = 5,
                             .rss_sum_max = 500 * MIB};
    assert_int_equal(mw_view_file_create(&file, &other, job.dir.fd, MW_FILE_VIEW "node02", NULL), 0);
    *mw_view_file_add_process(&file, &other) = (struct mw_view_process){.pid = job.journals[3].ident->pid,
                                                                        .start_ticks = job.journals[3].ident->start_ticks,
                                                                        .last_ns = other.last_ns,
                                                                        .rss_last = 70 * MIB};
    mw_view_file_sync(&file, &other);
    mw_view_file_close(&file, &other);
    unlinkat(job.dir.fd, "journal-0000000000001234-node01-5003", 0);
    top_job_open(&job);
    assert_int_equal(job.data.host_count, 2);
    assert_int_equal(top_job_member(&job, 3)->since_ns, TOP_JOB_NOW - 1000 * MS);
    assert_int_equal(job.data.rss, (10 + 20 + 30 + 10 + 70) * MIB);
    assert_int_equal(job.data.highest, 500 * MIB);
    top_job_expect(&job, &choice, "node02                          1   70.0 MiB  ≥ 500.0 MiB");
    top_job_expect(&job, &choice, "0 s ago");
    job.journals[3].ident->pid--; /* what top_job_finish() and top_job_look() write */
    top_job_finish(&job);
}

static void worlds_are_distinguished(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;

    (void)state;
    top_job_begin(&job);
    job.journals[3].ident->world_id = 0x99;
    job.journals[3].ident->rank = 0;
    job.journals[3].ident->mono_ns++; /* the later one, although its file comes first */
    synthetic_write(&job.journals[3], &job.dir);
    unlinkat(job.dir.fd, "journal-0000000000001234-node01-5003", 0);
    top_job_open(&job);
    assert_int_equal(job.data.world_count, 2);
    top_job_expect(&job, &choice, " 2:0   40.0 MiB");
    top_job_expect(&job, &choice, " 1:2   30.0 MiB");
    top_job_finish(&job);
}

static void invalid_text_is_harmless(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct top_job job;
    char *text;

    (void)state;
    top_job_begin(&job);
    memset(job.journals[0].phases[0].name, '\033', sizeof(job.journals[0].phases[0].name));
    memset(job.journals[0].sites[1].call, 0xff, sizeof(job.journals[0].sites[1].call));
    job.journals[0].state->phase = 1;
    job.journals[0].state->in_site = 2;
    job.journals[1].state->phase = 77; /* does not exist */
    job.journals[1].state->in_site = 77;
    job.journals[1].state->stage = 77;
    strcpy(job.view.command, "app \033[2J\xff");
    top_job_open(&job);
    top_job_look(&job);
    text = top_job_draw(&job, &choice, 100, 0, false);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\xff'));
    assert_non_null(strstr(text, "app ?[2J?"));
    free(text);
    synthetic_put(&job.dir, "journal-0000000000001234-node01-1", "MEMWATCHx", 9);
    mw_top_data_look(&job.data, TOP_JOB_NOW);
    assert_int_equal(job.data.ranks, TOP_JOB_RANKS);
    assert_int_equal(job.data.unread, 1);
    top_job_finish(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_that_of_the_newest_sample),
        cmocka_unit_test(free_is_what_the_nearest_limit_leaves),
        cmocka_unit_test(the_journal_is_newer_than_the_last_sample),
        cmocka_unit_test(calls_and_phases_are_followed),
        cmocka_unit_test(only_changed_parts_are_read),
        cmocka_unit_test(ended_ranks_have_a_cause),
        cmocka_unit_test(abort_is_shown_during_and_after),
        cmocka_unit_test(ranks_that_end_meanwhile_have_not_died),
        cmocka_unit_test(end_is_shown_and_the_display_stays),
        cmocka_unit_test(a_removed_directory_is_the_end),
        cmocka_unit_test(without_ranks_processes_are_listed),
        cmocka_unit_test(hosts_have_separate_clocks),
        cmocka_unit_test(worlds_are_distinguished),
        cmocka_unit_test(invalid_text_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
