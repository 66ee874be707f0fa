/* SPDX-License-Identifier: MIT */
/* memwatch top: what it reads from a changing run directory, what it draws, and what keys do. */
#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/base/text.h"
#include "collector/journal/read.h"
#include "launcher/top/data.h"
#include "launcher/top/keys.h"
#include "launcher/top/picture.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

#define RANKS 4
#define NOW (SYNTHETIC_BEGIN + 3000 * MS)

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

/* ---- a job that runs ---- */

struct job {
    struct synthetic_dir dir;
    struct mw_journal journals[RANKS];
    struct mw_view view;
    struct mw_top_data data;
};

/* Process `rank` + 2 of the view is the rank's: 10 MiB, 20 MiB, ... that grow by 1 MiB a second for each. */
static void sample(struct job *job, int rank, uint64_t rss)
{
    struct mw_view_process *process = &job->view.processes[rank + 2];

    process->end = MW_VIEW_LIVES;
    process->last_ns = job->view.last_ns;
    process->rss_last = rss;
    process->rss_max = rss > process->rss_max ? rss : process->rss_max;
    process->recent[0] = (struct mw_view_rss){job->view.last_ns - 1000 * MS, rss - (uint64_t)rank * MIB};
    process->recent[1] = (struct mw_view_rss){job->view.last_ns, rss};
    process->recent_next = 2;
}

static void begin(struct job *job)
{
    *job = (struct job){.view = {.host = ""}};
    synthetic_make(&job->dir);
    for (int rank = 0; rank < RANKS; rank++) {
        struct mw_journal *journal = &job->journals[rank];
        synthetic_journal(journal, rank, RANKS);
        synthetic_site(journal, "MPI_Init", 0, 10);
        synthetic_site(journal, "MPI_Allreduce", RANKS, 20);
        synthetic_phase(journal, MW_PHASE_USER, "solve", 0, 100, 500, 50 * MIB);
        synthetic_phase(journal, MW_PHASE_BETWEEN, "", 1, 100, 500, 50 * MIB);
        journal->state->last_site = 1;
        journal->state->since_ns = NOW - 2000 * MS;
        synthetic_write(journal, &job->dir);
    }
    synthetic_view(&job->view, RANKS);
    job->view.end_ns = job->view.command_end_ns = 0;
    job->view.last_ns = NOW;
    job->view.charges[0].used = 8192 * MIB;
    job->view.processes[0].end = MW_VIEW_LIVES; /* mpirun: 10 MiB */
    job->view.processes[0].last_ns = NOW;
    for (int rank = 0; rank < RANKS; rank++) {
        job->view.processes[rank + 2].rss_max = 0;
        sample(job, rank, (uint64_t)(rank + 1) * 10 * MIB);
    }
    synthetic_write_view(&job->view, &job->dir);
}

static void open_top(struct job *job)
{
    struct mw_err err;

    assert_int_equal(mw_top_data_open(&job->data, job->dir.path, NOW, &err), 0);
}

/* Writes the changes, and reads them. */
static void look(struct job *job)
{
    for (int rank = 0; rank < RANKS; rank++)
        synthetic_write(&job->journals[rank], &job->dir);
    synthetic_write_view(&job->view, &job->dir);
    mw_top_data_look(&job->data, NOW);
}

static void finish(struct job *job)
{
    mw_top_data_close(&job->data);
    for (int rank = 0; rank < RANKS; rank++)
        synthetic_free(&job->journals[rank]);
    mw_view_free(&job->view);
    synthetic_remove(&job->dir);
}

static const struct mw_top_member *member(const struct job *job, int rank)
{
    for (size_t i = 0; i < job->data.member_count; i++)
        if (job->data.members[i].rank == rank)
            return &job->data.members[i];
    fail_msg("rank %d is not there", rank);
    return NULL;
}

/* The screen as one text. */
static char *draw(const struct job *job, struct mw_top_choice *choice, int width, int height, bool ascii)
{
    struct mw_top_picture picture;
    char *text = calloc(1, 1 << 20);

    mw_top_picture_make(&picture, &job->data, choice, width, height, ascii);
    if (height)
        assert_int_equal(picture.count, height);
    for (size_t i = 0; i < picture.count; i++) {
        assert_uint_in_range(mw_text_width(picture.lines[i].text), 0, width);
        strcat(strcat(text, picture.lines[i].text), "\n");
    }
    mw_top_picture_free(&picture);
    return text;
}

static void expect(const struct job *job, struct mw_top_choice *choice, const char *what)
{
    char *text = draw(job, choice, 100, 0, false);

    if (!strstr(text, what))
        fail_msg("no '%s' in\n%s", what, text);
    free(text);
}

/* ---- data ---- */

static void memory_is_that_of_the_newest_sample(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    assert_int_equal(job.data.ranks, RANKS);
    assert_int_equal(member(&job, 2)->rss, 30 * MIB);
    assert_true(member(&job, 2)->growth_known);
    assert_int_equal(member(&job, 2)->growth, 2 * MIB);
    assert_int_equal(job.data.growth, 6 * MIB);
    assert_int_equal(job.data.rss, (10 + 20 + 30 + 40 + 10) * MIB);
    assert_int_equal(job.data.highest, 150 * MIB); /* from the view: higher than now */
    assert_int_equal(job.data.hosts[0].others, 1); /* mpirun; the shell has ended */
    assert_int_equal(job.data.hosts[0].others_rss, 10 * MIB);
    assert_int_equal(job.data.hosts[0].ranks, RANKS);
    assert_int_equal(job.data.hosts[0].kind, MW_LIMIT_NODE);
    assert_int_equal(job.data.hosts[0].free, 8192 * MIB);
    assert_false(job.data.over);
    finish(&job);
}

/* In a control group, the free memory is what the kernel counts, not RSS; with a ulimit, it is the rest of the address space
 * of one process. */
static void free_is_what_the_nearest_limit_leaves(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    job.view.charge_count = 3;
    job.view.charges[1] = (struct mw_view_charge){
        .kind = MW_LIMIT_HIGH, .flags = MW_VIEW_CHARGE_SEEN, .bytes = 300 * MIB, .used = 299 * MIB};
    job.view.charges[2] = (struct mw_view_charge){
        .kind = MW_LIMIT_CGROUP, .flags = MW_VIEW_CHARGE_SEEN, .bytes = 400 * MIB, .used = 299 * MIB};
    synthetic_write_view(&job.view, &job.dir);
    open_top(&job);
    assert_int_equal(job.data.hosts[0].kind, MW_LIMIT_CGROUP);
    assert_int_equal(job.data.hosts[0].free, 101 * MIB);
    assert_int_equal(job.data.hosts[0].free_pid, 0);
    job.view.processes[4].address_limit = 2048 * MIB;
    job.view.processes[4].address_last = 1950 * MIB;
    job.view.processes[3].data_limit = 900 * MIB; /* not read yet */
    synthetic_write_view(&job.view, &job.dir);
    mw_top_data_look(&job.data, NOW);
    assert_int_equal(job.data.hosts[0].kind, MW_LIMIT_ADDRESS);
    assert_int_equal(job.data.hosts[0].limit, 2048 * MIB);
    assert_int_equal(job.data.hosts[0].free, 98 * MIB);
    assert_int_equal(job.data.hosts[0].free_pid, job.view.processes[4].pid);
    finish(&job);
}

static void a_rank_knows_more_than_the_last_sample(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    job.journals[1].state->rss = 99 * MIB;
    job.journals[1].state->rss_ns = NOW + 1;
    job.journals[1].state->peak = 120 * MIB;
    job.journals[3].state->rss = 99 * MIB;
    job.journals[3].state->rss_ns = NOW - 1;
    synthetic_write(&job.journals[1], &job.dir);
    synthetic_write(&job.journals[3], &job.dir);
    open_top(&job);
    assert_int_equal(member(&job, 1)->rss, 99 * MIB);
    assert_int_equal(member(&job, 1)->peak, 120 * MIB);
    assert_false(member(&job, 1)->peak_exact);
    assert_int_equal(member(&job, 3)->rss, 40 * MIB);
    finish(&job);
}

static void calls_and_phases_are_followed(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    assert_string_equal(member(&job, 0)->call, "MPI_Init");
    assert_false(member(&job, 0)->in_call);
    expect(&job, &choice, "2 s after MPI_Init");
    job.journals[0].state->in_site = 2;
    job.journals[1].state->phase = 2; /* an interval inside "solve" */
    job.journals[2].state->phase = 1;
    job.journals[2].state->in_site = 2;
    look(&job);
    assert_string_equal(member(&job, 0)->call, "MPI_Allreduce");
    assert_true(member(&job, 0)->in_call);
    assert_string_equal(member(&job, 1)->phase, "solve");
    expect(&job, &choice, "2 s MPI_Allreduce");
    expect(&job, &choice, "2 s solve: MPI_Allreduce");
    expect(&job, &choice, "2 in MPI calls");
    job.journals[2].state->phase = 0;
    look(&job);
    assert_string_equal(member(&job, 2)->phase, "");
    finish(&job);
}

static void only_what_may_have_changed_is_read(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    entries_read = 0;
    mw_top_data_look(&job.data, NOW);
    assert_int_equal(entries_read, RANKS); /* the state of each */
    job.journals[0].state->in_site = 2;
    job.view.processes[2 + 3].end = MW_VIEW_ENDED;
    look(&job);
    entries_read = 0;
    look(&job);
    assert_int_equal(entries_read, RANKS - 1); /* rank 3 has ended */
    finish(&job);
}

static void who_ends_says_how(void **state)
{
    static const struct {
        int status;
        enum mw_stage stage;
        enum mw_top_end end;
        const char *how;
    } cases[RANKS] = {
        {0, MW_STAGE_EXITED, MW_TOP_ENDED, "ended"},
        {SIGKILL, MW_STAGE_RUNNING, MW_TOP_DIED, "killed by SIGKILL"},
        {3 << 8, MW_STAGE_EXITED, MW_TOP_DIED, "ended with status 3"},
        {0, MW_STAGE_RUNNING, MW_TOP_DIED, "ended without MPI_Finalize"},
    };
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    for (int rank = 0; rank < RANKS; rank++) {
        struct mw_view_process *process = &job.view.processes[rank + 2];
        job.journals[rank].state->stage = cases[rank].stage;
        process->end = MW_VIEW_STATUS;
        process->wait_status = cases[rank].status;
        process->end_ns = NOW + (rank == 3 ? 0 : 10);
    }
    look(&job);
    for (int rank = 0; rank < RANKS; rank++) {
        assert_string_equal(member(&job, rank)->how, cases[rank].how);
        assert_int_equal(member(&job, rank)->end, cases[rank].end);
        assert_int_equal(member(&job, rank)->rss, 0);
    }
    assert_true(member(&job, 0)->peak_exact);
    assert_false(job.data.over); /* mpirun is running */
    expect(&job, &choice, "0 live · 1 ended · 3 died");
    expect(&job, &choice, "Died      rank 3: ended without MPI_Finalize, and others"); /* the first one */
    expect(&job, &choice, "killed by SIGKILL, after MPI_Init");
    finish(&job);
}

static void abort_is_told_while_it_lasts_and_after(void **state)
{
    struct job job;

    (void)state;
    begin(&job);
    job.journals[1].state->stage = MW_STAGE_ABORTED;
    job.journals[1].state->abort_code = 7;
    synthetic_write(&job.journals[1], &job.dir);
    open_top(&job);
    assert_string_equal(member(&job, 1)->how, "MPI_Abort(7)");
    assert_int_equal(member(&job, 1)->end, MW_TOP_LIVES);
    job.view.processes[2 + 1].end = MW_VIEW_STATUS;
    job.view.processes[2 + 1].wait_status = SIGTERM;
    look(&job);
    assert_string_equal(member(&job, 1)->how, "MPI_Abort(7)");
    assert_int_equal(member(&job, 1)->end, MW_TOP_DIED);
    finish(&job);
}

static struct job *ending;

static void end_well(void)
{
    for (int rank = 0; rank < RANKS; rank++) {
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
static void who_ends_meanwhile_has_not_died(void **state)
{
    static void (*const meanwhile[])(void) = {end_well, remove_journals};
    struct job job;

    (void)state;
    for (size_t i = 0; i < sizeof(meanwhile) / sizeof(meanwhile[0]); i++) {
        begin(&job);
        open_top(&job);
        for (int rank = 0; rank < RANKS; rank++) {
            job.view.processes[rank + 2].end = rank % 2 ? MW_VIEW_STATUS : MW_VIEW_ENDED;
            job.view.processes[rank + 2].wait_status = 0;
        }
        ending = &job;
        after_read = meanwhile[i];
        look(&job);
        after_read = NULL;
        for (int rank = 0; rank < RANKS; rank++)
            assert_int_equal(job.data.members[rank].end, MW_TOP_ENDED);
        assert_int_equal(job.data.unread, 0);
        finish(&job);
    }
}

static void the_end_is_told_and_the_picture_stays(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    job.view.command_end_ns = NOW + 500 * MS;
    job.view.end_ns = NOW + 600 * MS;
    job.view.exit_status = 3;
    look(&job);
    assert_true(job.data.over);
    expect(&job, &choice, "ended, status 3 after 3 s");
    expect(&job, &choice, "≥ 40.0 MiB");
    unlinkat(job.dir.fd, MW_FILE_VIEW "test", 0);
    mw_top_data_look(&job.data, NOW + 9000 * MS);
    expect(&job, &choice, "ended, status 3 after 3 s");
    finish(&job);
}

static void a_removed_directory_is_the_end(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    synthetic_remove(&job.dir);
    mw_top_data_look(&job.data, NOW + 1000 * MS);
    assert_true(job.data.over);
    expect(&job, &choice, " ended after");
    expect(&job, &choice, "≥ 40.0 MiB");
    mw_top_data_close(&job.data);
    synthetic_make(&job.dir); /* for finish() */
    assert_int_equal(mw_top_data_open(&job.data, "/nowhere", NOW, NULL), -1);
    assert_int_equal(mw_top_data_open(&job.data, job.dir.path, NOW, NULL), -1); /* empty */
    assert_int_equal(mw_top_data_open(&job.data, "/dev/null", NOW, NULL), -1);
    for (int rank = 0; rank < RANKS; rank++)
        synthetic_free(&job.journals[rank]);
    mw_view_free(&job.view);
    synthetic_remove(&job.dir);
}

static void without_ranks_processes_are_listed(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct synthetic_dir dir;
    struct job job;

    (void)state;
    begin(&job);
    dir = job.dir;
    synthetic_make(&job.dir);
    synthetic_write_view(&job.view, &job.dir);
    open_top(&job);
    assert_int_equal(job.data.ranks, 0);
    assert_int_equal(job.data.member_count, RANKS + 1);
    expect(&job, &choice, "5, and no MPI rank yet");
    expect(&job, &choice, " 4000   10.0 MiB");
    expect(&job, &choice, " orterun");
    look(&job); /* now the ranks appear */
    assert_int_equal(job.data.ranks, RANKS);
    assert_int_equal(job.data.member_count, RANKS);
    synthetic_remove(&dir);
    finish(&job);
}

static void hosts_have_clocks_of_their_own(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_HOSTS};
    struct job job;
    struct mw_view other;
    struct mw_view_file file;

    (void)state;
    begin(&job);
    strcpy(job.journals[3].ident->host, "node02");
    job.journals[3].ident->pid++; /* another file */
    job.journals[3].state->since_ns = NOW + 777000 * MS - 1000 * MS;
    synthetic_write(&job.journals[3], &job.dir);
    job.view.processes[2 + 3].end = MW_VIEW_ENDED; /* that belongs to no rank */
    synthetic_write_view(&job.view, &job.dir);
    other = (struct mw_view){.host = "node02",
                             .begin_ns = 1,
                             .last_ns = NOW + 777000 * MS - 500 * MS,
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
    open_top(&job);
    assert_int_equal(job.data.host_count, 2);
    assert_int_equal(member(&job, 3)->since_ns, NOW - 1000 * MS);
    assert_int_equal(job.data.rss, (10 + 20 + 30 + 10 + 70) * MIB);
    assert_int_equal(job.data.highest, 500 * MIB);
    expect(&job, &choice, "node02                          1   70.0 MiB  ≥ 500.0 MiB");
    expect(&job, &choice, "0 s ago");
    job.journals[3].ident->pid--; /* what finish() and look() write */
    finish(&job);
}

static void worlds_are_told_apart(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;

    (void)state;
    begin(&job);
    job.journals[3].ident->world_id = 0x99;
    job.journals[3].ident->rank = 0;
    job.journals[3].ident->mono_ns++; /* the later one, although its file comes first */
    synthetic_write(&job.journals[3], &job.dir);
    unlinkat(job.dir.fd, "journal-0000000000001234-node01-5003", 0);
    open_top(&job);
    assert_int_equal(job.data.world_count, 2);
    expect(&job, &choice, " 2:0   40.0 MiB");
    expect(&job, &choice, " 1:2   30.0 MiB");
    finish(&job);
}

static void what_is_no_text_does_no_harm(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;
    char *text;

    (void)state;
    begin(&job);
    memset(job.journals[0].phases[0].name, '\033', sizeof(job.journals[0].phases[0].name));
    memset(job.journals[0].sites[1].call, 0xff, sizeof(job.journals[0].sites[1].call));
    job.journals[0].state->phase = 1;
    job.journals[0].state->in_site = 2;
    job.journals[1].state->phase = 77; /* does not exist */
    job.journals[1].state->in_site = 77;
    job.journals[1].state->stage = 77;
    strcpy(job.view.command, "app \033[2J\xff");
    open_top(&job);
    look(&job);
    text = draw(&job, &choice, 100, 0, false);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\xff'));
    assert_non_null(strstr(text, "app ?[2J?"));
    free(text);
    synthetic_put(&job.dir, "journal-0000000000001234-node01-1", "MEMWATCHx", 9);
    mw_top_data_look(&job.data, NOW);
    assert_int_equal(job.data.ranks, RANKS);
    assert_int_equal(job.data.unread, 1);
    finish(&job);
}

/* ---- pictures ---- */

static void it_fits_any_terminal(void **state)
{
    static const int widths[] = {40, 47, 60, 71, 72, 80, 100, 120, 200};
    struct job job;

    (void)state;
    begin(&job);
    open_top(&job);
    for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
        for (int height = 1; height < 30; height += 3)
            for (int page = 0; page < 3; page++) {
                struct mw_top_choice choice = {.page = page};
                char *text = draw(&job, &choice, widths[w], height, true);
                for (const char *at = text; *at; at++)
                    assert_uint_in_range(*at, '\n', '~');
                assert_true(height < 16 || page || strstr(text, "40.0 MiB"));
                free(text);
            }
    finish(&job);
}

/* The labels of all rows, in order. */
static void expect_order(const struct job *job, struct mw_top_choice *choice, const char *order)
{
    char *text = draw(job, choice, 60, 0, false), *line, found[64] = "";
    bool rows = false;

    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (rows)
            sprintf(found + strlen(found), "%d", atoi(line));
        rows = rows || strstr(line, "growth");
    }
    assert_string_equal(found, order);
    free(text);
}

static void rows_are_sorted_filtered_and_scrolled(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};
    struct job job;
    char *text;

    (void)state;
    begin(&job);
    job.journals[1].state->in_site = 2;
    sample(&job, 0, 35 * MIB);
    open_top(&job);
    look(&job);
    expect_order(&job, &choice, "3021");
    choice.order = MW_TOP_BY_RANK;
    expect_order(&job, &choice, "0123");
    choice.order = MW_TOP_BY_GROWTH;
    expect_order(&job, &choice, "3210");
    strcpy(choice.filter, "ALLreduce");
    expect_order(&job, &choice, "1");
    strcpy(choice.filter, "rank 2");
    expect_order(&job, &choice, "2");
    strcpy(choice.filter, "nothing has this");
    expect_order(&job, &choice, "");
    choice.filter[0] = '\0';
    choice.first = 1000;
    text = draw(&job, &choice, 120, 9, false);
    assert_int_equal(choice.first, RANKS - 2); /* 5 lines above the rows, a header and the keys leave two */
    free(text);
    finish(&job);
}

/* ---- keys ---- */

static void press(struct mw_top_choice *choice, const char *keys)
{
    for (; *keys; keys++)
        assert_true(mw_top_keys_press(choice, *keys, 10));
}

static void keys_do_what_help_says(void **state)
{
    struct mw_top_choice choice = {.page = MW_TOP_RANKS};

    (void)state;
    press(&choice, "g");
    assert_int_equal(choice.order, MW_TOP_BY_GROWTH);
    press(&choice, "jj");
    assert_int_equal(choice.first, 2);
    mw_top_keys_press(&choice, MW_TOP_KEY_PAGE_DOWN, 10);
    assert_int_equal(choice.first, 12);
    mw_top_keys_press(&choice, MW_TOP_KEY_UP, 10);
    mw_top_keys_press(&choice, MW_TOP_KEY_PAGE_UP, 10);
    assert_int_equal(choice.first, 1);
    mw_top_keys_press(&choice, MW_TOP_KEY_PAGE_UP, 10);
    assert_int_equal(choice.first, 0);
    press(&choice, "v");
    assert_int_equal(choice.page, MW_TOP_HOSTS);
    press(&choice, "h");
    assert_int_equal(choice.page, MW_TOP_HELP);
    press(&choice, "h");
    assert_int_equal(choice.page, MW_TOP_RANKS);
    press(&choice, "/qx\x7fm\n"); /* letters are text while the filter is typed */
    assert_string_equal(choice.filter, "qm");
    assert_int_equal(choice.order, MW_TOP_BY_GROWTH);
    assert_false(choice.typing);
    press(&choice, "\033");
    assert_string_equal(choice.filter, "");
    press(&choice, "/0123456789012345678901234567890123456789012345678901234567890123456789\n");
    assert_int_equal(strlen(choice.filter), sizeof(choice.filter) - 1);
    press(&choice, "m");
    assert_int_equal(choice.order, MW_TOP_BY_MEMORY);
    press(&choice, "r");
    assert_int_equal(choice.order, MW_TOP_BY_RANK);
    assert_false(mw_top_keys_press(&choice, 'q', 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_that_of_the_newest_sample),
        cmocka_unit_test(free_is_what_the_nearest_limit_leaves),
        cmocka_unit_test(a_rank_knows_more_than_the_last_sample),
        cmocka_unit_test(calls_and_phases_are_followed),
        cmocka_unit_test(only_what_may_have_changed_is_read),
        cmocka_unit_test(who_ends_says_how),
        cmocka_unit_test(abort_is_told_while_it_lasts_and_after),
        cmocka_unit_test(who_ends_meanwhile_has_not_died),
        cmocka_unit_test(the_end_is_told_and_the_picture_stays),
        cmocka_unit_test(a_removed_directory_is_the_end),
        cmocka_unit_test(without_ranks_processes_are_listed),
        cmocka_unit_test(hosts_have_clocks_of_their_own),
        cmocka_unit_test(worlds_are_told_apart),
        cmocka_unit_test(what_is_no_text_does_no_harm),
        cmocka_unit_test(it_fits_any_terminal),
        cmocka_unit_test(rows_are_sorted_filtered_and_scrolled),
        cmocka_unit_test(keys_do_what_help_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
