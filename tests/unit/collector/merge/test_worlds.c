/* SPDX-License-Identifier: MIT */
/* Ranks of one world without a common world id, as from an unknown launcher, and ranks in PID namespaces. */
#include "collector/merge/merge.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Times in ms since the run began. */
struct process {
    int32_t pid, ppid;
    const char *exe;
    uint64_t first, last;
};

struct rank {
    uint64_t world;
    int32_t rank, size, pid, ppid;
    uint64_t created, end;
    enum mw_world_reach reach;
    int32_t spawned;
    uint32_t pid_ns;
};

#define SHELL                     \
    {                             \
        100, 1, "/bin/sh", 0, 900 \
    }
#define MPIRUN(pid, parent, first, last)            \
    {                                               \
        pid, parent, "/usr/bin/mpirun", first, last \
    }
#define PALS(pid, parent, first, last)        \
    {                                         \
        pid, parent, "/opt/pals", first, last \
    }
#define WRAP(pid, parent, first, last)        \
    {                                         \
        pid, parent, "/opt/wrap", first, last \
    }
#define APP(pid, parent, first, last)              \
    {                                              \
        pid, parent, "/home/user/app", first, last \
    }
#define RANK(world, rank, size, pid, ppid, created, end)                   \
    {                                                                      \
        world, rank, size, pid, ppid, created, end, MW_WORLD_PROCESS, 0, 0 \
    }

static struct mw_view_process seen(const struct process *from)
{
    struct mw_view_process to = {.pid = from->pid,
                                 .ppid = from->ppid,
                                 .start_ticks = 90000u + (unsigned)from->pid,
                                 .samples = 5,
                                 .end = MW_VIEW_STATUS,
                                 .first_ns = SYNTHETIC_BEGIN + from->first * MS,
                                 .last_ns = SYNTHETIC_BEGIN + from->last * MS,
                                 .end_ns = SYNTHETIC_BEGIN + from->last * MS,
                                 .rss_last = MIB,
                                 .rss_max = MIB,
                                 .rss_max_ns = SYNTHETIC_BEGIN + from->first * MS,
                                 .rss_max_until_ns = SYNTHETIC_BEGIN + from->first * MS};

    strcpy(to.exe, from->exe);
    strcpy(to.command, from->exe);
    return to;
}

/* Its MPI_Init lasts 20 ms. */
static void leave_journal(const struct synthetic_dir *dir, const struct rank *from)
{
    struct mw_journal journal;
    uint32_t init;

    synthetic_journal(&journal, from->rank, from->size);
    journal.ident->world_id = from->world;
    journal.ident->reach = from->reach;
    journal.ident->pid_ns = from->pid_ns;
    journal.ident->pid = from->pid;
    journal.ident->ppid = from->ppid;
    journal.ident->start_ticks = 90000u + (unsigned)from->pid;
    journal.ident->mono_ns = SYNTHETIC_BEGIN + from->created * MS;
    journal.ident->spawned = from->spawned;
    init = synthetic_site(&journal, "MPI_Init", 0, 1);
    journal.sites[init - 1].calls = journal.sites[init - 1].measured = 1;
    journal.sites[init - 1].first_ns = journal.sites[init - 1].last_ns = journal.ident->mono_ns;
    journal.sites[init - 1].time_ns = 20 * MS;
    synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, from->created, from->end, 30 * MIB);
    synthetic_finish(&journal, from->end, 30 * MIB);
    synthetic_write(&journal, dir);
    synthetic_free(&journal);
}

static void view_of(struct mw_view *view, const struct process *processes, size_t count)
{
    synthetic_view(view, 0);
    free(view->processes);
    view->processes = calloc(count + 1, sizeof(*view->processes));
    view->process_count = count;
    view->pid = processes[0].pid;
    view->interval_ns = MS;
    view->samples = 1000;
    for (size_t i = 0; i < count; i++)
        view->processes[i] = seen(&processes[i]);
}

static struct mw_model *merge(struct synthetic_dir *dir, struct mw_view *view)
{
    struct mw_model *model;

    model = merged_run(dir, view);
    mw_view_free(view);
    synthetic_remove(dir);
    return model;
}

static struct mw_model *make(const struct process *processes, size_t process_count, const struct rank *ranks, size_t rank_count)
{
    struct synthetic_dir dir;
    struct mw_view view;

    synthetic_make(&dir);
    view_of(&view, processes, process_count);
    for (size_t i = 0; i < rank_count; i++)
        leave_journal(&dir, &ranks[i]);
    return merge(&dir, &view);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAKE(processes, ranks) make(processes, COUNT(processes), ranks, COUNT(ranks))

static size_t count_jobs(const struct mw_model *run)
{
    return run->job_count ? run->job_count : run->rank_count > 0;
}

/* Their pids by job and rank: "201 202, 301 302". */
static void assert_worlds(const struct mw_model *run, const char *expected)
{
    char text[200] = "";

    for (size_t i = 0; i < count_jobs(run); i++) {
        const struct mw_model *job = run->job_count ? &run->jobs[i] : run;
        for (size_t k = 0; k < job->rank_count; k++)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d",
                     k && job->ranks[k].world == job->ranks[k - 1].world ? " "
                     : text[0]                                           ? ", "
                                                                         : "",
                     job->ranks[k].pid);
    }
    assert_string_equal(text, expected);
}

/* One rank has lost its wrapper, and so its place below the launcher; each number belongs to one rank. */
static const struct process strange[] = {SHELL,
                                         PALS(200, 100, 10, 400),
                                         APP(201, 200, 50, 390),
                                         WRAP(210, 200, 40, 50),
                                         APP(202, 1, 50, 390),
                                         APP(203, 200, 50, 390)};
static const struct rank strange_ranks[] = {RANK(0x11, 0, 3, 201, 200, 60, 380), RANK(0x22, 1, 3, 202, 1, 65, 380),
                                            RANK(0x33, 2, 3, 203, 200, 70, 380)};

static void test_disjoint(void **state)
{
    struct mw_model *run = MAKE(strange, strange_ranks);

    (void)state;
    assert_int_equal(run->job_count, 0);
    assert_worlds(run, "201 202 203");
    assert_int_equal(run->world_count, 1);
    assert_int_equal(run->worlds[0].ranks, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(run->processes[run->ranks[i].process].rank, i);
    mw_model_destroy(run);
}

/* None of these pairs may be joined: different sizes, one after the other, only one of them spawned, an id that covers a
 * complete world, singletons. */
static void test_not_joined(void **state)
{
    static const struct {
        const char *what;
        struct rank ranks[2];
    } cases[] = {
        {"sizes", {RANK(0x11, 0, 2, 201, 100, 60, 380), RANK(0x22, 1, 3, 202, 100, 60, 380)}},
        {"times", {RANK(0x11, 0, 2, 201, 100, 60, 200), RANK(0x22, 1, 2, 202, 100, 260, 380)}},
        {"spawned", {RANK(0x11, 0, 2, 201, 100, 60, 380), {0x22, 1, 2, 202, 100, 60, 380, MW_WORLD_PROCESS, 1, 0}}},
        {"whole", {{0x11, 0, 2, 201, 100, 60, 380, MW_WORLD_WHOLE, 0, 0}, RANK(0x22, 1, 2, 202, 100, 60, 380)}},
        {"numbers", {RANK(0x11, 1, 3, 201, 100, 60, 380), RANK(0x22, 1, 3, 202, 100, 60, 380)}},
        {"singletons", {RANK(0x11, 0, 1, 201, 100, 60, 380), RANK(0x22, 0, 1, 202, 100, 60, 380)}},
    };
    static const struct process processes[] = {SHELL, APP(201, 100, 50, 390), APP(202, 100, 50, 390)};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mw_model *run = MAKE(processes, cases[i].ranks);
        if (count_jobs(run) + run->world_count < 2)
            fail_msg("%s: joined", cases[i].what);
        assert_worlds(run, "201, 202");
        mw_model_destroy(run);
    }
}

/* Two simultaneous jobs, with or without wrappers: joined by their starters. */
static const struct process pair[] = {SHELL,
                                      PALS(190, 100, 10, 400),
                                      WRAP(195, 190, 20, 400),
                                      APP(201, 195, 50, 390),
                                      APP(202, 190, 50, 390),
                                      PALS(290, 100, 10, 400),
                                      APP(301, 290, 50, 390),
                                      WRAP(295, 290, 20, 400),
                                      APP(302, 295, 50, 390)};
static const struct rank pair_ranks[] = {RANK(0x11, 0, 2, 201, 195, 60, 380), RANK(0x22, 1, 2, 202, 190, 60, 380),
                                         RANK(0x33, 0, 2, 301, 290, 61, 380), RANK(0x44, 1, 2, 302, 295, 61, 380)};

static void test_pair(void **state)
{
    struct mw_model *run = MAKE(pair, pair_ranks);

    (void)state;
    assert_worlds(run, "201 202, 301 302");
    mw_model_destroy(run);
}

/* If some of them have lost their starter, they could belong to either job. */
static void test_pair_orphaned(void **state)
{
    struct process processes[COUNT(pair)];
    struct rank ranks[COUNT(pair_ranks)];
    struct mw_model *run;

    (void)state;
    memcpy(processes, pair, sizeof(pair));
    memcpy(ranks, pair_ranks, sizeof(pair_ranks));
    processes[3].ppid = ranks[0].ppid = 1; /* 201 */
    processes[8].ppid = ranks[3].ppid = 1; /* 302 */
    run = MAKE(processes, ranks);
    assert_worlds(run, "201, 202, 301, 302");
    mw_model_destroy(run);
}

/* One after the other: distinguished by time. */
static void test_consecutive_worlds(void **state)
{
    static const struct process processes[] = {SHELL, APP(201, 1, 50, 390), APP(202, 1, 50, 390), APP(301, 1, 450, 790),
                                               APP(302, 1, 450, 790)};
    static const struct rank ranks[] = {RANK(0x11, 0, 2, 201, 1, 60, 380), RANK(0x22, 1, 2, 202, 1, 65, 380),
                                        RANK(0x33, 1, 2, 301, 1, 460, 780), RANK(0x44, 0, 2, 302, 1, 461, 780)};
    struct mw_model *run = MAKE(processes, ranks);

    (void)state;
    assert_worlds(run, "201 202, 302 301");
    mw_model_destroy(run);
}

/* Each is the first process of a separate PID namespace: its samples are found by the pid in that namespace. */
static void test_namespaces(void **state)
{
    static const struct rank ranks[] = {{0x11, 0, 2, 1, 0, 60, 380, MW_WORLD_WHOLE, 0, 701},
                                        {0x11, 1, 2, 1, 0, 60, 380, MW_WORLD_WHOLE, 0, 702}};
    struct process processes[] = {SHELL, MPIRUN(200, 100, 10, 400), APP(201, 200, 50, 390), APP(202, 200, 50, 390)};
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *run;

    (void)state;
    synthetic_make(&dir);
    view_of(&view, processes, COUNT(processes));
    view.pid_ns = 700;
    for (uint32_t i = 2; i < 4; i++) { /* started in the same tick */
        view.processes[i].start_ticks = 90001;
        view.processes[i].own_ns = 699 + i;
        view.processes[i].own_pid = 1;
    }
    leave_journal(&dir, &ranks[0]);
    leave_journal(&dir, &ranks[1]);
    run = merge(&dir, &view);
    assert_worlds(run, "201 202");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run->ranks[i].ppid, 200);
        assert_int_equal(run->processes[run->ranks[i].process].pid, run->ranks[i].pid);
        assert_int_equal(run->processes[run->ranks[i].process].end, MW_VIEW_STATUS);
    }
    for (size_t i = 0; i < run->note_count; i++)
        assert_null(strstr(run->notes[i].text, "left out"));
    mw_model_destroy(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disjoint),      cmocka_unit_test(test_not_joined),         cmocka_unit_test(test_pair),
        cmocka_unit_test(test_pair_orphaned), cmocka_unit_test(test_consecutive_worlds), cmocka_unit_test(test_namespaces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
