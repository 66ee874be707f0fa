/* SPDX-License-Identifier: MIT */
/* The rules of the post-mortem, on synthetic ends: which rank is named, and above all which is not. */
#include "collector/journal/seen.h"
#include "tests/unit/collector/post_mortem/made_deaths.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- times and causes ---- */

struct situation {
    const char *what;
    const char *launcher;
    int first; /* rank, or NOBODY */
    int exit_status;
    struct made_end ends[5]; /* of ranks 0, 1, ...; the first with ms 0 ends the list */
};

/* clang-format off */
static const struct situation situations[] = {
    {"one only", "hydra_pmi_proxy", 1, 139, {{WELL, 0, 900, 0, 0, 0}, {SIGNAL, SIGSEGV, 300, 0, 0, 0}}},
    {"far apart in time: the first by time, whatever its signal", "orted", 2, 143,
     {{SIGNAL, SIGTERM, 1900, 0, 0, 0}, {SIGNAL, SIGTERM, 1910, 0, 0, 0}, {SIGNAL, SIGTERM, 900, 0, 0, 0}, {SIGNAL, SIGTERM, 1920, 0, 0, 0}}},
    {"far apart: a later fault is not the cause", "orted", 1, 0,
     {{SIGNAL, SIGSEGV, 900, 0, 0, 0}, {SIGNAL, SIGKILL, 400, 0, 0, 0}}},
    {"far apart: a later MPI_Abort is not the cause", "orted", 1, 0, {{ABORTED, 7, 905, 900, 0, 0}, {SIGNAL, SIGKILL, 400, 0, 0, 0}}},
    {"far apart: a SIGTERM handler's exit status", "orted", 2, 0,
     {{EXITED, 1, 1910, 1900, 0, 0}, {EXITED, 1, 1905, 1901, 0, 0}, {SIGNAL, SIGTERM, 890, 0, 0, 0}}},
    {"Hydra: the signal that it does not send, seen first", "hydra_pmi_proxy", 2, 15,
     {{SIGNAL, SIGKILL, 733, 0, 0, 0}, {SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGTERM, 729, 0, 0, 0}, {SIGNAL, SIGKILL, 735, 0, 0, 0}}},
    {"Hydra: the signal that it does not send, seen later", "hydra_pmi_proxy", 2, 2,
     {{SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 733, 0, 0, 0}, {SIGNAL, SIGINT, 734, 0, 0, 0}, {SIGNAL, SIGKILL, 735, 0, 0, 0}}},
    {"Hydra: SIGHUP", "mpiexec.hydra", 0, 1, {{SIGNAL, SIGHUP, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 731, 0, 0, 0}}},
    {"Hydra: SIGKILL for all, no order: not known", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 729, 0, 0, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}}},
    {"Hydra: SIGKILL for all, and the order of closing files", "hydra_pmi_proxy", 2, 9,
     {{SIGNAL, SIGKILL, 731, 730, 0, 0}, {SIGNAL, SIGKILL, 729, 728, 0, 0}, {SIGNAL, SIGKILL, 734, 727, 0, 0}}},
    {"Hydra: the others were seen alive after it", "hydra_pmi_proxy", 1, 9,
     {{SIGNAL, SIGKILL, 740, 0, 735, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}, {SIGNAL, SIGKILL, 741, 0, 736, 0}}},
    {"Hydra: one of the others was not", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 740, 0, 0, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}, {SIGNAL, SIGKILL, 741, 0, 736, 0}}},
    {"Hydra: the order of some only", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 740, 739, 0, 0}, {SIGNAL, SIGKILL, 741, 0, 0, 0}, {SIGNAL, SIGKILL, 742, 741, 0, 0}}},
    {"Hydra: a fault seen after what it caused", "hydra_pmi_proxy", 3, 11,
     {{SIGNAL, SIGKILL, 731, 0, 0, 0}, {SIGNAL, SIGKILL, 729, 0, 0, 0}, {SIGNAL, SIGKILL, 734, 0, 0, 0}, {SIGNAL, SIGFPE, 745, 0, 0, 0}}},
    {"Hydra: all by SIGTERM at once: from outside", "hydra_pmi_proxy", NOBODY, 15,
     {{SIGNAL, SIGTERM, 731, 730, 0, 0}, {SIGNAL, SIGTERM, 729, 728, 0, 0}, {SIGNAL, SIGTERM, 734, 733, 0, 0}}},
    {"Open MPI: all by SIGTERM at once: from outside", "orted", NOBODY, 143,
     {{SIGNAL, SIGTERM, 731, 730, 0, 0}, {SIGNAL, SIGTERM, 729, 728, 0, 0}, {SIGNAL, SIGTERM, 734, 733, 0, 0}}},
    {"Open MPI: all by SIGKILL at once", "orted", NOBODY, 137,
     {{SIGNAL, SIGKILL, 731, 730, 0, 0}, {SIGNAL, SIGKILL, 732, 731, 0, 0}}},
    {"Slurm: all by SIGTERM at once (scancel)", "slurmstepd", NOBODY, 143,
     {{SIGNAL, SIGTERM, 500, 499, 0, 0}, {SIGNAL, SIGTERM, 501, 500, 0, 0}}},
    {"Slurm: all by SIGKILL 2 ms apart", "srun", NOBODY, 137, {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {SIGNAL, SIGKILL, 502, 0, 0, 0}}},
    {"Slurm: a fault beside", "srun", 1, 139, {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {SIGNAL, SIGBUS, 530, 0, 0, 0}}},
    {"Slurm: killed, the others terminated", "srun", 1, 137,
     {{SIGNAL, SIGTERM, 503, 0, 0, 0}, {SIGNAL, SIGKILL, 500, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGTERM, 502, 0, 0, 0}}},
    {"unknown launcher: INT and TERM", "x", NOBODY, 1, {{SIGNAL, SIGINT, 500, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"unknown launcher: one odd signal among many", "x", 2, 1,
     {{SIGNAL, SIGTERM, 505, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGINT, 502, 0, 0, 0}, {SIGNAL, SIGTERM, 503, 0, 0, 0}}},
    {"unknown launcher: a straggler is killed later than the others are terminated", "x", NOBODY, 1,
     {{SIGNAL, SIGTERM, 505, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGTERM, 502, 0, 0, 0}, {SIGNAL, SIGKILL, 3000, 0, 0, 0}}},
    {"MPI_Abort, seen at its call", "hydra_pmi_proxy", 1, 3, {{SIGNAL, SIGKILL, 500, 499, 0, 0}, {ABORTED, 3, 502, 480, 0, 0}}},
    {"two MPI_Aborts: the earlier call", "orted", 0, 3, {{ABORTED, 3, 502, 480, 0, 0}, {ABORTED, 4, 501, 481, 0, 0}}},
    {"MPI_Abort for a rank that was killed before", "orted", 0, 1,
     {{SIGNAL, SIGKILL, 470, 469, 0, 0}, {ABORTED, 1, 502, 480, 0, 0}}},
    {"exit(), whose handlers ran before the others ended", "hydra_pmi_proxy", 1, 3,
     {{SIGNAL, SIGKILL, 500, 498, 0, 0}, {EXITED, 3, 503, 495, 0, 0}}},
    {"exit() after another one had been killed", "hydra_pmi_proxy", 0, 3,
     {{SIGNAL, SIGKILL, 490, 489, 0, 0}, {EXITED, 1, 503, 495, 0, 0}}},
    {"_exit, seen before all others", "hydra_pmi_proxy", 1, 3, {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {STATUS, 3, 499, 0, 0, 0}}},
    {"_exit, seen after one that was killed: either may be the reason", "hydra_pmi_proxy", NOBODY, 3,
     {{SIGNAL, SIGKILL, 498, 0, 0, 0}, {STATUS, 1, 499, 0, 0, 0}}},
    {"all end with the same status (a bad input file)", "orted", NOBODY, 1,
     {{EXITED, 1, 503, 500, 0, 0}, {STATUS, 1, 502, 0, 0, 0}, {STATUS, 1, 501, 0, 0, 0}}},
    {"the status of a shell whose program had SIGSEGV", "hydra_pmi_proxy", 1, 139,
     {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {STATUS, 139, 502, 0, 0, 0}}},
    {"the status of a SIGTERM handler (143) beside a fault", "orted", 1, 139,
     {{STATUS, 143, 495, 0, 0, 0}, {SIGNAL, SIGILL, 500, 0, 0, 0}, {STATUS, 143, 494, 0, 0, 0}}},
    {"how the earlier one ended is not known", "hydra_pmi_proxy", NOBODY, 9, {{UNSEEN, 0, 498, 0, 0, 0}, {SIGNAL, SIGKILL, 499, 0, 0, 0}}},
    {"how the earlier one ended is not known, the other is a fault", "hydra_pmi_proxy", 1, 11,
     {{UNSEEN, 0, 498, 0, 0, 0}, {SIGNAL, SIGSEGV, 499, 0, 0, 0}}},
    {"how it ended is not known, but that it was first", "orted", 0, 1, {{UNSEEN, 0, 398, 0, 0, 0}, {SIGNAL, SIGTERM, 1499, 0, 0, 0}}},
    {"two faults at once", "orted", NOBODY, 1, {{SIGNAL, SIGSEGV, 498, 0, 0, 0}, {SIGNAL, SIGFPE, 499, 0, 0, 0}}},
    {"two faults at once, in order", "orted", 1, 1, {{SIGNAL, SIGSEGV, 498, 497, 0, 0}, {SIGNAL, SIGFPE, 499, 496, 0, 0}}},
    {"two faults, one wrote a core: when it was hit is not known", "orted", NOBODY, 1,
     {{SIGNAL, SIGSEGV, 498, 497, 0, 0}, {DUMPED, SIGSEGV, 900, 899, 0, 0}}},
    {"a core takes its time: the fault is still the cause", "x", 1, 1, {{SIGNAL, SIGKILL, 898, 0, 0, 0}, {DUMPED, SIGSEGV, 900, 0, 0, 0}}},
    {"another host's clock: 2 ms of 1.5 ms are not enough", "hydra_pmi_proxy", NOBODY, 9,
     {{SIGNAL, SIGKILL, 500, 499, 0, 0}, {SIGNAL, SIGKILL, 501, 500, 0, 1}}},
    {"another host's clock: 400 ms are", "hydra_pmi_proxy", 0, 9,
     {{SIGNAL, SIGKILL, 500, 499, 0, 0}, {SIGNAL, SIGKILL, 900, 899, 0, 1}}},
    {"a host's wall clock: 400 ms are not", "orted", NOBODY, 0,
     {{SIGNAL, SIGTERM, 500, 499, 0, 0}, {SIGNAL, SIGTERM, 900, 899, 0, 2}}},
    {"a host's wall clock: a fault is", "orted", 1, 0, {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {SIGNAL, SIGABRT, 900, 0, 0, 2}}},
    {"nobody watches the other host: it may have been there", "orted", NOBODY, 0,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {UNWATCHED, 0, 200, 0, 0, 1}}},
    {"nobody watches the other host: exit() may be for it", "orted", NOBODY, 0,
     {{EXITED, 1, 502, 500, 0, 0}, {UNWATCHED, 0, 200, 0, 0, 1}}},
    {"nobody watches the other host: a fault here is one", "orted", 0, 0,
     {{SIGNAL, SIGSEGV, 500, 0, 0, 0}, {UNWATCHED, 0, 200, 0, 0, 1}}},
    {"nobody watches the other host, whose rank was heard of later", "orted", 0, 0,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {UNWATCHED, 0, 800, 0, 0, 1}}},
    {"a lost host", "hydra_pmi_proxy", NOBODY, 9, {{SIGNAL, SIGKILL, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}}},
    {"a lost host: mpirun's status shows the signal, and one rank is left for it", "orted", 1, 139,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"a lost host: two ranks are left for it", "orted", NOBODY, 139,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}, {LOST, 0, 300, 0, 0, 1}}},
    {"a lost host: mpirun's status is accounted for", "orted", 0, 139,
     {{SIGNAL, SIGSEGV, 500, 0, 0, 0}, {LOST, 0, 300, 0, 0, 1}}},
    {"mpirun's status: the first that it saw", "orted", 1, 137,
     {{SIGNAL, SIGTERM, 500, 0, 0, 0}, {SIGNAL, SIGKILL, 501, 0, 0, 0}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"mpirun's status: of a rank on another host", "orted", 1, 137,
     {{SIGNAL, SIGTERM, 501, 0, 0, 0}, {SIGNAL, SIGKILL, 500, 0, 0, 1}, {SIGNAL, SIGTERM, 501, 0, 0, 0}}},
    {"mpirun's status: of a rank of its own host, while one on another host had been killed", "orted", NOBODY, 14,
     {{STATUS, 14, 501, 0, 0, 0}, {SIGNAL, SIGKILL, 500, 0, 0, 1}, {SIGNAL, SIGTERM, 520, 0, 0, 0}}},
    {"all ended well", "orted", NOBODY, 0, {{WELL, 0, 500, 0, 0, 0}, {WELL, 0, 501, 0, 0, 0}}},
    {"after MPI_Finalize", "hydra_pmi_proxy", 0, 0, {{SIGNAL, SIGABRT, 500, 0, 0, 0}, {WELL, 0, 501, 0, 0, 0}}},
};
/* clang-format on */

static void test_situations(void **state)
{
    (void)state;
    assert_true(sizeof(situations) / sizeof(situations[0]) >= 40);
    for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++) {
        const struct situation *one = &situations[i];
        struct mw_model *model = made_job(one->launcher);
        model->job.exit_status = one->exit_status;
        for (int r = 0; r < 5 && one->ends[r].ms; r++)
            made_rank(model, r, &one->ends[r]);
        made_conclude(model);
        made_expect_first(model, one->first, one->what);
        if (one->first == NOBODY && model->death_count)
            assert_true(model->first_why[0]);
        mw_model_destroy(model);
    }
}

/* Hydra, all by SIGKILL: ranks 0 and 1, and a process that only the launcher's wait call saw. */
static struct mw_model *job_with_short_rank(const struct made_end *zero, const struct made_end *one, int collected_ms)
{
    struct mw_model *model = made_job("hydra_pmi_proxy");
    struct mw_model_process *process;

    model->job.exit_status = 9;
    made_rank(model, 0, zero);
    made_rank(model, 1, one);
    process = made_process(model, 7700, 4000, -1, &(struct made_end){SIGNAL, SIGKILL, collected_ms, 0, 0, 0});
    process->facts = MW_SEEN_WAITED;
    process->samples = 0;
    process->first_ns = process->last_ns = process->end_ns;
    made_conclude(model);
    return model;
}

static void test_a_rank_that_was_not_sampled(void **state)
{
    static const struct made_end zero = {SIGNAL, SIGKILL, 735, 0, 732, 0}, one = {SIGNAL, SIGKILL, 738, 0, 736, 0};
    struct mw_model *model = job_with_short_rank(&zero, &one, 731);

    (void)state;
    assert_int_equal(model->first_count, 1);
    assert_int_equal(model->processes[model->deaths[0].process].pid, 7700);
    assert_int_equal(model->deaths[0].launch_rank, -1);
    mw_model_destroy(model);
    model = job_with_short_rank(&zero, &one, 740); /* collected after rank 0, which would be named without it */
    made_expect_first(model, NOBODY, "it may have ended before it was collected");
    mw_model_destroy(model);
    model = job_with_short_rank(&zero, &one, 1200);
    made_expect_first(model, 0, "it ended long after");
    mw_model_destroy(model);
}

/* What the launcher itself ended is not the reason why another one called _exit(). */
static void test_a_rank_that_its_launcher_ended(void **state)
{
    static const struct {
        int sent, first;
        const char *what;
    } cases[] = {{SIGKILL, 1, "the launcher sent it this signal"},
                 {SIGTERM, NOBODY, "the launcher sent another signal"},
                 {0, NOBODY, "it is not known that the launcher sent one"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_model *model = made_job("hydra_pmi_proxy");
        model->job.exit_status = 9;
        made_rank(model, 0, &(struct made_end){SIGNAL, SIGKILL, 498, 0, 497, 0});
        made_rank(model, 1, &(struct made_end){STATUS, 3, 502, 501, 0, 0});
        model->processes[model->ranks[0].process].sent_signal = cases[i].sent;
        made_conclude(model);
        made_expect_first(model, cases[i].first, cases[i].what);
        mw_model_destroy(model);
    }
}

/* Whether a rank waited in a call or not changes no conclusion. */
static void test_waiting_is_not_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++)
        for (int waits = 0; waits < 3; waits++) {
            const struct situation *one = &situations[i];
            struct mw_model *model = made_job(one->launcher);
            model->job.exit_status = one->exit_status;
            for (int r = 0; r < 5 && one->ends[r].ms; r++) {
                made_rank(model, r, &one->ends[r]);
                model->ranks[r].in_site = r == waits ? MW_MODEL_NONE : 0;
            }
            made_conclude(model);
            made_expect_first(model, one->first, one->what);
            mw_model_destroy(model);
        }
}

/* ---- from outside ---- */

/* Three ranks that died of `signal` at 499 to 501 ms. What happened to others: in ms, 0 never. */
struct outside {
    const char *what;
    int signal;
    int killed_ms;        /* mpirun was killed, as far as memwatch noticed */
    int starter_ended_ms; /* mpirun ended, seen by the sampler */
    int proxy_ended_ms;   /* a proxy between mpirun and the ranks ended */
    bool is_script;       /* the command is not mpirun itself */
    int sent, sent_ms;    /* the signal that memwatch was sent */
    int over_ms;          /* --kill-over */
    int gap_ms;           /* between samples */
    int first;
    const char *ended_by; /* NULL: is not compared */
};

static const struct outside outsides[] = {
    {"mpirun was killed before", SIGTERM, .killed_ms = 498, .first = OUTSIDE, .ended_by = "killed by SIGKILL"},
    {"mpirun was killed, noticed after them; what the ranks wrote had no reader", SIGPIPE, .killed_ms = 520, .first = OUTSIDE},
    {"mpirun was killed, noticed long after them, but sampled before", SIGKILL, .killed_ms = 700, .starter_ended_ms = 450,
     .first = OUTSIDE, .ended_by = "the command itself was killed by SIGKILL (Killed) at 450 ms, before any rank"},
    {"mpirun was killed, noticed long after them: its proxy had ended before", SIGKILL, .killed_ms = 700, .proxy_ended_ms = 450,
     .first = OUTSIDE,
     .ended_by = "the command itself was killed by SIGKILL (Killed) at 700 ms, or earlier: proxy (process 4001)"},
    {"a script was killed long after its launcher had ended", SIGKILL, .killed_ms = 700, .proxy_ended_ms = 450,
     .is_script = true, .first = OUTSIDE, .ended_by = "proxy (process 4001), which had started the ranks, ended at 450 ms"},
    {"mpirun was killed long after them, its proxy ended after them", SIGTERM, .killed_ms = 700, .proxy_ended_ms = 690,
     .first = NOBODY},
    {"a fault does not follow from mpirun's end", SIGSEGV, .killed_ms = 520, .first = 0},
    {"memwatch was sent SIGTERM", SIGTERM, .sent = SIGTERM, .sent_ms = 490, .first = OUTSIDE},
    {"memwatch was sent SIGTERM after they had ended", SIGTERM, .sent = SIGTERM, .sent_ms = 700, .first = NOBODY},
    {"memwatch was sent SIGINT, and read it when they had died of it", SIGINT, .sent = SIGINT, .sent_ms = 590, .gap_ms = 100,
     .first = OUTSIDE},
    {"they did not die of the signal that memwatch was sent", SIGKILL, .sent = SIGINT, .sent_ms = 590, .gap_ms = 100,
     .first = NOBODY},
    {"what had started them was gone before", SIGKILL, .starter_ended_ms = 450, .first = OUTSIDE,
     .ended_by = "had started the ranks"},
    {"a fault is a rank's own", SIGSEGV, .starter_ended_ms = 450, .first = 0},
    {"--kill-over", SIGKILL, .over_ms = 495, .first = OUTSIDE},
};

static struct mw_model *make_outside(const struct outside *one)
{
    struct mw_model *model = made_job("orted");

    for (int r = 0; r < 3; r++)
        made_rank(model, r, &(struct made_end){SIGNAL, one->signal, 500 + r, 499 + r, 0, 0});
    if (one->killed_ms) {
        model->job.exit_signal = SIGKILL;
        model->job.command_end_ns = made_at(one->killed_ms);
    }
    if (one->starter_ended_ms) {
        model->processes[0].end = MW_VIEW_ENDED;
        model->processes[0].end_ns = made_at(one->starter_ended_ms);
    }
    if (one->proxy_ended_ms) {
        struct mw_model_process *proxy = made_process(model, 4001, 4000, -1,
                                                      &(struct made_end){STATUS, 0, one->proxy_ended_ms, 0, 0, 0});
        proxy->role = MW_MODEL_LAUNCHER;
        proxy->name = mw_model_string(model, "proxy");
        for (size_t i = 0; i < model->process_count; i++)
            if (model->processes[i].role == MW_MODEL_RANK)
                model->processes[i].ppid = 4001;
    }
    if (one->is_script)
        model->processes[0].role = MW_MODEL_OTHER;
    if (one->sent) {
        model->job.signals[0] = (struct mw_view_signal){one->sent, 77, made_at(one->sent_ms)};
        model->job.signal_count = 1;
    }
    if (one->over_ms)
        model->job.over = (struct mw_view_over){MW_VIEW_OVER_TOTAL, 0, MIB, 2 * MIB, made_at(one->over_ms)};
    model->hosts[0].gap_max_ns = (uint64_t)one->gap_ms * MS;
    return model;
}

static void test_outside(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(outsides) / sizeof(outsides[0]); i++) {
        const struct outside *one = &outsides[i];
        struct mw_model *model = make_outside(one);
        made_conclude(model);
        made_expect_first(model, one->first, one->what);
        if (one->ended_by && !strstr(model->ended_by, one->ended_by))
            fail_msg("%s: ended by \"%s\"", one->what, model->ended_by);
        mw_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_situations),
        cmocka_unit_test(test_a_rank_that_was_not_sampled),
        cmocka_unit_test(test_a_rank_that_its_launcher_ended),
        cmocka_unit_test(test_waiting_is_not_evidence),
        cmocka_unit_test(test_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
