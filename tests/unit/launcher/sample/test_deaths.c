/* SPDX-License-Identifier: MIT */
/* How a process ended: which observation counts, which process a record of the wait log belongs to, how each process is
 * watched. */
#include "collector/journal/journal.h"
#include "collector/journal/procmem.h"
#include "collector/view/end.h"
#include "collector/view/file.h"
#include "collector/journal/seen.h"
#include "collector/view/wait_log.h"
#include "collector/view/wait_log_read.h"
#include "launcher/sample/deaths.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define EXITED(status) ((status) << 8)
#define NAMESPACE 77

/* ---- the rule ---- */

static void note(struct mw_view_process *process, uint64_t ns, int status) /* -1: without one */
{
    struct mw_view_end_seen seen = {.ns = ns, .has_status = status >= 0, .wait_status = status < 0 ? 0 : status};

    mw_view_end_note(process, &seen);
}

static void first_status_and_earliest_time_are_kept(void **state)
{
    struct mw_view_process process = {.pid = 1};

    (void)state;
    note(&process, 50, -1);
    assert_int_equal(process.end, MW_VIEW_ENDED);
    assert_int_equal(process.end_ns, 50);
    note(&process, 70, SIGSEGV);
    assert_int_equal(process.end, MW_VIEW_STATUS);
    assert_int_equal(process.wait_status, SIGSEGV);
    assert_int_equal(process.end_ns, 50);
    note(&process, 40, -1);
    note(&process, 60, EXITED(3));
    assert_int_equal(process.end, MW_VIEW_STATUS);
    assert_int_equal(process.wait_status, SIGSEGV);
    assert_int_equal(process.end_ns, 40);
}

/* ---- the wait log ---- */

static struct mw_view_process processes[8];

static struct mw_view view_of(uint64_t count)
{
    return (struct mw_view){.pid_ns = NAMESPACE, .processes = processes, .process_count = count};
}

static struct mw_wait_record record_of(int32_t pid, uint64_t ns, int32_t status)
{
    return (struct mw_wait_record){
        .magic = MW_WAIT_LOG_MAGIC, .ns = ns, .pid = pid, .wait_status = status, .waiter = 2, .pid_ns = NAMESPACE};
}

static void parse_one(struct mw_view *view, const struct mw_wait_record *record)
{
    mw_wait_log_parse(view, record, sizeof(*record));
}

static void a_record_belongs_to_the_process_of_its_time(void **state)
{
    struct mw_view view = view_of(4);
    struct mw_wait_record record = record_of(10, 250, SIGABRT);

    (void)state;
    processes[0] = (struct mw_view_process){.pid = 10, .first_ns = 100, .last_ns = 150}; /* its pid was reused */
    processes[1] = (struct mw_view_process){.pid = 10, .first_ns = 200, .last_ns = 210};
    processes[2] = (struct mw_view_process){.pid = 10, .first_ns = 210, .last_ns = 240, .image = 1};
    processes[3] = (struct mw_view_process){.pid = 10, .first_ns = 300, .last_ns = 400};
    parse_one(&view, &record);
    for (int i = 0; i < 4; i++)
        assert_int_equal(processes[i].end, i == 2 ? MW_VIEW_STATUS : MW_VIEW_LIVES);
    assert_int_equal(processes[2].wait_status, SIGABRT);
    assert_int_equal(processes[2].end_ns, 250);
}

static void assert_not_taken(const struct mw_wait_record *record)
{
    struct mw_view view = view_of(1);

    processes[0] = (struct mw_view_process){.pid = 10, .first_ns = 100, .last_ns = 200};
    parse_one(&view, record);
    assert_int_equal(processes[0].end, MW_VIEW_LIVES);
}

static void records_of_others_are_not_changed(void **state)
{
    struct mw_wait_record record = record_of(10, 150, SIGKILL);

    (void)state;
    assert_not_taken(&record); /* it was seen alive later */
    record = record_of(10, 99, SIGKILL);
    assert_not_taken(&record); /* did not exist yet */
    record = record_of(11, 250, SIGKILL);
    assert_not_taken(&record);
    record = record_of(10, 250, SIGKILL);
    record.pid_ns = NAMESPACE + 1; /* a container's */
    assert_not_taken(&record);
    record = record_of(10, 250, 0x137f); /* stopped */
    assert_not_taken(&record);
    record = record_of(10, 250, SIGKILL);
    record.magic[7] = 9;
    assert_not_taken(&record);
}

static void a_sampler_of_unknown_namespace_uses_no_record(void **state)
{
    struct mw_wait_record record = record_of(10, 250, SIGKILL);
    struct mw_view view = view_of(1);

    (void)state;
    processes[0] = (struct mw_view_process){.pid = 10, .first_ns = 100, .last_ns = 200};
    record.pid_ns = view.pid_ns = 0;
    parse_one(&view, &record);
    assert_int_equal(processes[0].end, MW_VIEW_LIVES);
}

static struct mw_wait_record running(int32_t pid, uint64_t ns, int signo)
{
    struct mw_wait_record record = record_of(pid, ns, signo);

    memcpy(record.magic, MW_WAIT_LOG_RUNNING, sizeof(record.magic));
    return record;
}

static void a_running_child_was_alive(void **state)
{
    struct mw_wait_record records[] = {running(10, 160, SIGTERM), running(10, 170, SIGKILL), running(11, 180, SIGTERM),
                                       running(10, 90, SIGHUP),   running(10, 400, SIGHUP),  record_of(10, 500, SIGKILL)};
    struct mw_view view = view_of(2);

    (void)state;
    records[4].pid_ns = NAMESPACE + 1; /* a container's */
    processes[0] = (struct mw_view_process){.pid = 10, .first_ns = 100, .last_ns = 200};
    processes[1] = (struct mw_view_process){.pid = 11, .first_ns = 100, .last_ns = 150, .end = MW_VIEW_ENDED, .end_ns = 175};
    mw_wait_log_parse(&view, records, sizeof(records) / 2);
    assert_int_equal(processes[0].alive_ns, 170);
    assert_int_equal(processes[0].sent_signal, SIGKILL);
    assert_int_equal(processes[0].end, MW_VIEW_LIVES);
    assert_int_equal(processes[1].sent_signal, 0);
    assert_int_equal(processes[1].alive_ns, 0); /* the record is of a later process with its pid */
    mw_wait_log_parse(&view, records + 3, sizeof(records) / 2);
    assert_int_equal(processes[0].alive_ns, 170);
    assert_int_equal(processes[0].end_ns, 500);
    processes[0].alive_ns = 300; /* seen by the sampler */
    mw_wait_log_parse(&view, records, sizeof(records) / 2);
    assert_int_equal(processes[0].alive_ns, 300);
    assert_int_equal(processes[0].sent_signal, SIGKILL);
}

static void damage_costs_one_record(void **state)
{
    struct mw_wait_record records[] = {record_of(10, 240, SIGILL), record_of(10, 250, SIGBUS)};
    struct mw_view view = view_of(1);

    (void)state;
    for (size_t cut = 0; cut < sizeof(*records); cut++) { /* of the last one */
        processes[0] = (struct mw_view_process){.pid = 10, .first_ns = 100, .last_ns = 200};
        mw_wait_log_parse(&view, records, cut);
        assert_int_equal(processes[0].end, MW_VIEW_LIVES);
        mw_wait_log_parse(&view, records, sizeof(*records) + cut);
        assert_int_equal(processes[0].wait_status, SIGILL);
    }
    processes[0] = (struct mw_view_process){.pid = 10, .first_ns = 100, .last_ns = 200};
    records[0].magic[0] = 'X';
    mw_wait_log_parse(&view, records, sizeof(records));
    assert_int_equal(processes[0].wait_status, SIGBUS);
}

/* ---- ranks that the sampler never saw ---- */

#define RANK 1234
#define PARENT 1200

static int rank_dir; /* with a journal of that rank, and its host's log */

static int make_rank(void **state)
{
    char path[] = "/tmp/test_deaths.XXXXXX", name[MW_JOURNAL_NAME_SIZE];
    struct mw_journal journal;

    (void)state;
    assert_non_null(mkdtemp(path));
    rank_dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mw_journal_name(name, 1, "far", RANK);
    assert_int_equal(mw_journal_create(&journal, rank_dir, name, NULL), 0);
    *journal.ident = (struct mw_ident){
        .pid = RANK, .ppid = PARENT, .pid_ns = NAMESPACE, .start_ticks = 9, .mono_ns = 100, .host = "far", .command = "./app"};
    mw_journal_publish(&journal, MW_SECTION_IDENT, 0);
    mw_journal_unmap(&journal);
    return 0;
}

static int remove_rank(void **state)
{
    char name[MW_JOURNAL_NAME_SIZE], link[64], path[PATH_MAX] = "";

    (void)state;
    mw_journal_name(name, 1, "far", RANK);
    unlinkat(rank_dir, name, 0);
    unlinkat(rank_dir, "waits-far", 0);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", rank_dir);
    assert_true(readlink(link, path, sizeof(path) - 1) > 0);
    close(rank_dir);
    return rmdir(path);
}

static struct mw_view read_with(struct mw_wait_record record)
{
    struct mw_view view = {.host = "far",
                           .pid_ns = NAMESPACE,
                           .slices = calloc(1, sizeof(*view.slices)),
                           .processes = calloc(1, sizeof(*view.processes))};
    int fd = openat(rank_dir, "waits-far", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_int_equal(write(fd, &record, sizeof(record)), sizeof(record));
    close(fd);
    mw_wait_log_read(&view, rank_dir);
    return view;
}

/* A launcher (40) with one sampled rank (41), which is the script around a program (42). */
static struct mw_view read_short(int32_t pid, int32_t waiter, int32_t status)
{
    struct mw_wait_record record = record_of(pid, 500, status);
    struct mw_view view = {.host = "far",
                           .pid_ns = NAMESPACE,
                           .slices = calloc(1, sizeof(*view.slices)),
                           .processes = calloc(3, sizeof(*view.processes)),
                           .process_count = 3};
    int fd = openat(rank_dir, "waits-far", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    view.processes[0] = (struct mw_view_process){.pid = 40, .ppid = 1, .first_ns = 100, .last_ns = 200};
    view.processes[1] = (struct mw_view_process){.pid = 41, .ppid = 40, .first_ns = 100, .last_ns = 200, .launch_rank = 1};
    view.processes[2] = (struct mw_view_process){.pid = 42, .ppid = 41, .first_ns = 100, .last_ns = 200, .launch_rank = 1};
    record.waiter = waiter;
    assert_int_equal(write(fd, &record, sizeof(record)), sizeof(record));
    close(fd);
    mw_wait_log_read(&view, rank_dir);
    return view;
}

static void a_rank_that_ended_between_two_samples(void **state)
{
    static const struct {
        int32_t pid, waiter, status;
        bool added;
    } cases[] = {
        {77, 40, SIGKILL, true},  {77, 40, EXITED(2), true}, {77, 40, 0, false}, /* it did not fail */
        {77, 41, SIGKILL, false},                                                /* a command of the script */
        {77, 39, SIGKILL, false},                                                /* a process that was not sampled */
        {42, 40, SIGKILL, false},                                                /* it was sampled */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_view view = read_short(cases[i].pid, cases[i].waiter, cases[i].status);
        assert_int_equal(view.process_count, cases[i].added ? 4 : 3);
        if (cases[i].added) {
            assert_int_equal(view.processes[3].pid, 77);
            assert_int_equal(view.processes[3].facts, MW_SEEN_WAITED);
            assert_int_equal(view.processes[3].wait_status, cases[i].status);
            assert_int_equal(view.processes[3].end_ns, 500);
        }
        mw_view_free(&view);
    }
}

static struct mw_wait_record record_by(int32_t waiter, uint64_t ns)
{
    struct mw_wait_record record = record_of(RANK, ns, SIGSEGV);

    record.waiter = waiter;
    return record;
}

static void an_unsampled_rank_is_added(void **state)
{
    struct mw_view view = read_with(record_by(PARENT, 200));

    (void)state;
    assert_int_equal(view.process_count, 1);
    assert_int_equal(view.processes[0].pid, RANK);
    assert_int_equal(view.processes[0].start_ticks, 9);
    assert_int_equal(view.processes[0].end, MW_VIEW_STATUS);
    assert_int_equal(view.processes[0].wait_status, SIGSEGV);
    assert_string_equal(view.processes[0].command, "./app");
    mw_view_free(&view);
}

static void only_as_its_own_parent_s_child(void **state)
{
    struct mw_view view = read_with(record_by(PARENT + 1, 200)); /* the same pid elsewhere */

    (void)state;
    assert_int_equal(view.process_count, 0);
    mw_view_free(&view);
    view = read_with(record_by(PARENT, 99)); /* before it existed */
    assert_int_equal(view.process_count, 0);
    mw_view_free(&view);
}

/* ---- who is watched ---- */

static int procfd;

static pid_t start_child(void)
{
    pid_t child = fork();

    if (child == 0) {
        pause();
        _exit(0);
    }
    return child;
}

static uint64_t ticks_of(pid_t pid)
{
    struct mw_procmem_stat stat;
    int fd = mw_procmem_open(procfd, pid, "stat");

    assert_int_equal(mw_procmem_stat_read(fd, &stat), 0);
    close(fd);
    return stat.start_ticks;
}

/* Waits until one has ended; returns false after ten seconds. */
static bool next(struct mw_deaths *deaths, struct mw_deaths_end *end)
{
    for (int i = 0; i < 1000; i++) {
        if (mw_deaths_next(deaths, end))
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static void watch(struct mw_deaths *deaths, pid_t child, bool without_pidfd)
{
    struct rlimit before, none;
    uint64_t ticks = ticks_of(child);

    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0; /* as on kernels without pidfds */
    if (without_pidfd)
        setrlimit(RLIMIT_NOFILE, &none);
    assert_true(mw_deaths_watch(deaths, child, ticks, 5));
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(deaths->polled, without_pidfd);
}

static void check_end(bool without_pidfd, bool is_collected)
{
    struct mw_deaths deaths;
    struct mw_deaths_end end;
    pid_t child = start_child();
    int status;

    assert_int_equal(mw_deaths_init(&deaths, procfd, procfd), 0);
    watch(&deaths, child, without_pidfd);
    assert_false(mw_deaths_next(&deaths, &end));
    kill(child, SIGUSR1);
    if (is_collected) {
        assert_int_equal(waitpid(child, &status, 0), child);
        mw_deaths_collected(&deaths, child, status);
    }
    assert_true(next(&deaths, &end));
    assert_int_equal(end.key, 5);
    assert_true(end.seen.has_status);
    assert_int_equal(end.seen.wait_status, SIGUSR1);
    assert_false(mw_deaths_next(&deaths, &end));
    assert_int_equal(deaths.count, 0);
    assert_int_equal(deaths.polled, 0);
    if (!is_collected)
        waitpid(child, NULL, 0);
    mw_deaths_fini(&deaths);
}

static void ends_are_detected_by_every_method(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        check_end(i & 1, i & 2);
}

/* The pid now belongs to another process: the watched one has ended, and its status is unknown. */
static void a_reused_pid_is_another_process(void **state)
{
    struct mw_deaths deaths;
    struct mw_deaths_end end;
    struct rlimit before, none;

    (void)state;
    assert_int_equal(mw_deaths_init(&deaths, procfd, procfd), 0);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    mw_deaths_watch(&deaths, getpid(), 1, 6);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_true(mw_deaths_next(&deaths, &end));
    assert_int_equal(end.key, 6);
    assert_false(end.seen.has_status);
    mw_deaths_fini(&deaths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_status_and_earliest_time_are_kept),
        cmocka_unit_test(a_record_belongs_to_the_process_of_its_time),
        cmocka_unit_test(records_of_others_are_not_changed),
        cmocka_unit_test(a_sampler_of_unknown_namespace_uses_no_record),
        cmocka_unit_test(a_running_child_was_alive),
        cmocka_unit_test(damage_costs_one_record),
        cmocka_unit_test_setup_teardown(an_unsampled_rank_is_added, make_rank, remove_rank),
        cmocka_unit_test_setup_teardown(only_as_its_own_parent_s_child, make_rank, remove_rank),
        cmocka_unit_test_setup_teardown(a_rank_that_ended_between_two_samples, make_rank, remove_rank),
        cmocka_unit_test(ends_are_detected_by_every_method),
        cmocka_unit_test(a_reused_pid_is_another_process),
    };

    procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
