/* SPDX-License-Identifier: MIT */
/* The post-mortem of processes that never called MPI_Init. */
#include "tests/unit/collector/post_mortem/made_deaths.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_process(struct mw_model *model, int launch_rank, int pid, const char *text)
{
    made_conclude(model);
    assert_int_equal(model->death_count, 1);
    assert_int_equal(model->first_count, 1);
    assert_true(model->deaths[0].rank == MW_MODEL_NONE);
    assert_int_equal(model->deaths[0].launch_rank, launch_rank);
    assert_int_equal(model->processes[model->deaths[0].process].pid, pid);
    assert_string_equal(model->deaths[0].text, text);
    mw_model_destroy(model);
}

static void test_before_init(void **state)
{
    struct made_end fault = {SIGNAL, SIGBUS, 300, 0, 0, 0}, not_found = {STATUS, 127, 300, 0, 0, 0};
    struct mw_model *model = made_job("orted");

    (void)state;
    made_process(model, 5002, 4000, 2, &fault);
    expect_process(model, 2, 5002, "killed by SIGBUS (Bus error), before MPI_Init");
    model = made_job("orted"); /* the dynamic linker did not find a library */
    made_process(model, 5001, 4000, 1, &not_found);
    expect_process(model, 1, 5001, "ended with status 127, before MPI_Init");
}

/* A process with an unseen end may be the cause, and no other is named; in a job that ended well it is not a death. */
static void test_before_init_unseen(void **state)
{
    struct made_end unseen = {UNSEEN, 0, 300, 0, 0, 0}, killed = {SIGNAL, SIGTERM, 301, 0, 0, 0};

    (void)state;
    for (int status = 0; status < 2; status++) {
        struct mw_model *model = made_job("orted");
        model->job.exit_status = status;
        made_process(model, 5000, 4000, 0, &unseen);
        if (status)
            made_process(model, 5001, 4000, 1, &killed);
        made_conclude(model);
        assert_int_equal(model->death_count, status ? 2 : 0);
        made_expect_first(model, NOBODY, "how it ended was not seen");
        mw_model_destroy(model);
    }
}

/* A script around the program: the program counts; the shell returns its status. */
static void test_wrapper(void **state)
{
    struct made_end fault = {SIGNAL, SIGSEGV, 300, 0, 0, 0}, handed_on = {STATUS, 139, 310, 0, 0, 0};
    struct made_end failed = {STATUS, 1, 200, 0, 0, 0}, well = {STATUS, 0, 900, 0, 0, 0},
                    killed = {SIGNAL, SIGKILL, 250, 0, 0, 0};
    struct mw_model *model = made_job("orted");

    (void)state;
    made_process(model, 5000, 4000, 0, &handed_on);
    made_process(model, 5500, 5000, 0, &failed); /* a test in the script */
    made_process(model, 5501, 5000, 0, &fault);
    expect_process(model, 0, 5501, "killed by SIGSEGV (Segmentation fault), before MPI_Init");

    model = made_job("orted"); /* a helper fails, and the rank continues */
    made_process(model, 5000, 4000, 0, &well);
    made_process(model, 5500, 5000, 0, &failed);
    made_process(model, 5501, 5500, 0, &fault);
    made_conclude(model);
    assert_int_equal(model->death_count, 0);
    mw_model_destroy(model);

    model = made_job("orted"); /* the wrapper itself is killed, its program continues */
    made_process(model, 5000, 4000, 0, &killed);
    made_process(model, 5500, 5000, 0, &well);
    expect_process(model, 0, 5000, "killed by SIGKILL (Killed), before MPI_Init");
}

/* The same around a rank. */
static void test_wrapped_rank(void **state)
{
    struct made_end fault = {SIGNAL, SIGSEGV, 300, 0, 0, 0}, handed_on = {STATUS, 139, 310, 0, 0, 0};
    struct made_end killed = {SIGNAL, SIGTERM, 200, 0, 0, 0}, well = {WELL, 0, 250, 0, 0, 0},
                    failed = {STATUS, 4, 310, 0, 0, 0};
    struct mw_model *model = made_job("orted");

    (void)state;
    made_rank(model, 0, &fault);
    model->processes[1].ppid = 4999;
    made_process(model, 4999, 4000, 0, &handed_on);
    made_conclude(model);
    assert_int_equal(model->death_count, 1);
    made_expect_first(model, 0, "the rank, not its wrapper");
    assert_true(model->deaths[0].rank == 0);
    mw_model_destroy(model);

    model = made_job("orted");
    made_rank(model, 0, &fault);
    model->processes[1].ppid = 4999;
    made_process(model, 4999, 4000, 0, &killed);
    made_conclude(model);
    assert_int_equal(model->death_count, 2);
    assert_true(model->deaths[0].rank == MW_MODEL_NONE); /* the wrapper was killed first */
    mw_model_destroy(model);

    model = made_job("orted"); /* the rank ends well, then its script does not */
    made_rank(model, 0, &well);
    model->processes[1].ppid = 4999;
    made_process(model, 4999, 4000, 0, &failed);
    expect_process(model, 0, 4999, "ended with status 4, before MPI_Init");
}

/* No launcher's variables, the launcher itself, an earlier program of a process: none of these is a lost rank. */
static void test_not_ranks(void **state)
{
    struct made_end failed = {STATUS, 1, 300, 0, 0, 0}, well = {STATUS, 0, 900, 0, 0, 0};
    struct mw_model *model = made_job("orted");

    (void)state;
    made_process(model, 5000, 4000, -1, &failed);
    made_process(model, 5001, 4000, 1, &failed);
    made_process(model, 5001, 4000, 1, &well)->image = 1;
    made_process(model, 5002, 4000, 2, &failed)->role = MW_MODEL_LAUNCHER;
    made_process(model, 5003, 3999, 3, &failed); /* an orphan, now a child of memwatch: a helper of some rank */
    made_conclude(model);
    assert_int_equal(model->death_count, 0);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_init),  cmocka_unit_test(test_before_init_unseen), cmocka_unit_test(test_wrapper),
        cmocka_unit_test(test_wrapped_rank), cmocka_unit_test(test_not_ranks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
