/* SPDX-License-Identifier: MIT */
/* Several jobs in one run: which jobs there are, and what belongs to each. */
#include "tests/unit/collector/jobs/made_jobs.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

/* The pids of a job's processes, in order. */
static void assert_pids(const struct mw_model *job, const char *expected)
{
    char text[200] = "";

    for (size_t i = 0; i < job->process_count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i ? " " : "", job->processes[i].pid);
    assert_string_equal(text, expected);
}

static void test_two(void **state)
{
    struct mw_model *run = made_two_jobs();

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_int_equal(run->rank_count + run->world_count + run->phase_count + run->site_count, 0);
    assert_pids(run, "100");
    assert_pids(&run->jobs[0], "200 201 202");
    assert_pids(&run->jobs[1], "300 301 302 303");
    for (size_t i = 0; i < 2; i++) {
        const struct mw_model *job = &run->jobs[i];
        assert_int_equal(job->number, i + 1);
        assert_int_equal(job->rank_count, 2);
        assert_int_equal(job->world_count, 1);
        assert_int_equal(job->phase_count, 1);
        assert_int_equal(job->phases[0].ranks, 2); /* only its own ranks */
        assert_int_equal(job->site_count, 1);
        assert_int_equal(job->job.begin_ns, SYNTHETIC_BEGIN + (i ? 410 : 10) * MS);
        for (size_t k = 0; k < job->rank_count; k++) {
            assert_int_equal(job->ranks[k].world, 0);
            assert_int_equal(job->processes[job->ranks[k].process].rank, k);
            assert_int_equal(job->processes[job->ranks[k].process].pid, job->ranks[k].pid);
        }
    }
    assert_int_equal(run->jobs[0].job.exit_status, 0);
    assert_int_equal(run->jobs[1].job.exit_status, 3);
    assert_int_equal(run->jobs[1].rank_peak.max, 70 * MIB);
    mw_model_destroy(run);
}

/* 80 and 130 MiB at different times never give 210. */
static void test_no_sum_of_different_times(void **state)
{
    struct mw_model *run = made_two_jobs();

    (void)state;
    assert_uint_in_range(run->jobs[0].peak.upper.bytes, 80 * MIB, 85 * MIB);
    assert_uint_in_range(run->jobs[1].peak.upper.bytes, 130 * MIB, 140 * MIB);
    assert_uint_in_range(run->peak.upper.bytes, 130 * MIB, 145 * MIB);
    mw_model_destroy(run);
}

/* At the same time they do. */
static void test_concurrent(void **state)
{
    static const struct made_process processes[] = {SHELL, MPIRUN(200, 100, 10, 800, 0), APP(201, 200, 50, 790, 30),
                                                    MPIRUN(300, 100, 20, 810, 0), APP(301, 300, 50, 790, 70)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 780, 30, 0}, {0x22, 0, 1, 301, 300, 60, 780, 70, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_uint_in_range(run->peak.upper.bytes, 140 * MIB, 150 * MIB);
    assert_uint_in_range(run->jobs[1].peak.upper.bytes, 90 * MIB, 95 * MIB);
    mw_model_destroy(run);
}

/* A single job is the run itself, even if a script started it, or if its starter started daemons. */
static void test_one(void **state)
{
    static const struct made_process processes[] = {
        SHELL,
        {200, 100, 0, "/usr/bin/mpiexec.hydra", "mpiexec -n 1 ./app", 10, 800, 4, 0},
        {210, 200, 0, "/usr/bin/hydra_pmi_proxy", "hydra_pmi_proxy", 20, 790, 4, 0},
        APP(201, 210, 50, 780, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 210, 60, 780, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 0);
    assert_int_equal(run->rank_count, 1);
    assert_int_equal(mw_model_parts(run), 1);
    assert_ptr_equal(mw_model_part(run, 0), run);
    mw_model_destroy(run);
}

/* Worlds spawned by ranks belong to their job, although their processes are below the same mpirun, or below a rank. */
static void test_spawned(void **state)
{
    static const struct made_process processes[] = {SHELL,
                                                    MPIRUN(200, 100, 10, 400, 0),
                                                    APP(201, 200, 50, 390, 30),
                                                    APP(205, 200, 150, 390, 30),
                                                    APP(300, 100, 410, 800, 30),
                                                    {310, 300, 0, "/usr/bin/orted", "orted", 500, 790, 9, 0},
                                                    APP(321, 310, 550, 790, 40)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 380, 30, 0},
                                             {0x12, 0, 1, 205, 200, 160, 380, 30, 1},
                                             {0x22, 0, 1, 300, 100, 420, 780, 30, 0},
                                             {0x23, 0, 1, 321, 310, 560, 780, 40, 1}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_int_equal(run->jobs[0].world_count, 2);
    assert_int_equal(run->jobs[1].world_count, 2);
    assert_pids(&run->jobs[0], "200 201 205");
    assert_pids(&run->jobs[1], "300 310 321");
    assert_int_equal(run->jobs[1].ranks[1].world, 1);
    mw_model_destroy(run);
}

/* If no process tree shows their origin (another host), they belong to the job that was running then. */
static void test_spawned_elsewhere(void **state)
{
    static const struct made_process processes[] = {SHELL, MPIRUN(200, 100, 10, 400, 0), APP(201, 200, 50, 390, 30),
                                                    MPIRUN(300, 100, 410, 800, 0), APP(301, 300, 450, 790, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 380, 30, 0},
                                             {0x22, 0, 1, 301, 300, 460, 780, 30, 0},
                                             {0x33, 0, 1, 7001, 7000, 500, 700, 30, 1}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_int_equal(run->jobs[0].rank_count, 1);
    assert_int_equal(run->jobs[1].rank_count, 2);
    mw_model_destroy(run);
}

/* A shell becomes the last mpirun of its script: earlier jobs of the shell are not below that mpirun. */
static void test_exec(void **state)
{
    static const struct made_process processes[] = {{100, 1, 0, "/bin/bash", "bash script", 0, 400, 3, 0},
                                                    MPIRUN(200, 100, 10, 390, 0),
                                                    APP(201, 200, 50, 380, 30),
                                                    {100, 1, 1, "/usr/bin/mpirun", "mpirun -n 1 ./app", 405, 800, 20, 7 << 8},
                                                    APP(301, 100, 450, 790, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 370, 30, 0}, {0x22, 0, 1, 301, 100, 460, 780, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_pids(run, "100");
    assert_pids(&run->jobs[0], "200 201");
    assert_pids(&run->jobs[1], "100 301");
    assert_int_equal(run->jobs[1].job.exit_status, 7);
    mw_model_destroy(run);
}

/* Programs without a starter: each is a job, and its end is the job's. */
static void test_singletons(void **state)
{
    static const struct made_process processes[] = {SHELL, APP(201, 100, 50, 390, 30), APP(301, 100, 60, 790, 40)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 100, 60, 380, 30, 0}, {0x22, 0, 1, 301, 100, 70, 780, 40, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_pids(run, "100");
    assert_false(run->jobs[0].job.status_unknown);
    assert_string_equal(run->jobs[0].job.command, run->jobs[0].ranks[0].command);
    mw_model_destroy(run);
}

/* mpirun starts a script that starts other mpiruns: the inner ones are the jobs. */
static void test_nested(void **state)
{
    static const struct made_process processes[] = {
        MPIRUN(100, 1, 0, 900, 0),     {110, 100, 0, "/bin/sh", "sh inner", 10, 890, 2, 0},
        MPIRUN(200, 110, 20, 400, 0),  APP(201, 200, 50, 390, 30),
        MPIRUN(300, 110, 410, 800, 0), APP(301, 300, 450, 790, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 380, 30, 0}, {0x22, 0, 1, 301, 300, 460, 780, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_pids(run, "100 110");
    mw_model_destroy(run);
}

/* An mpirun that started no rank is a job; one that only printed its version is not. */
static void test_without_ranks(void **state)
{
    static const struct made_process processes[] = {SHELL,
                                                    {150, 100, 0, "/usr/bin/mpirun", "mpirun --version", 5, 8, 5, 0},
                                                    MPIRUN(200, 100, 10, 400, 0),
                                                    APP(201, 200, 50, 390, 30),
                                                    MPIRUN(300, 100, 410, 450, 213 << 8)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 380, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_pids(run, "100 150");
    assert_int_equal(run->jobs[1].rank_count, 0);
    assert_int_equal(run->jobs[1].job.exit_status, 213);
    assert_int_equal(run->jobs[1].death_count, 0);
    mw_model_destroy(run);
}

/* srun's ranks are below another daemon: they belong to the srun that was running and had no ranks. */
static void test_by_time(void **state)
{
    static const struct made_process processes[] = {SHELL,
                                                    {200, 100, 0, "/usr/bin/srun", "srun -n 1 ./app", 10, 400, 8, 0},
                                                    APP(201, 7000, 50, 390, 30),
                                                    {300, 100, 0, "/usr/bin/srun", "srun -n 1 ./other", 410, 800, 8, 2 << 8},
                                                    APP(301, 7001, 450, 790, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 7000, 60, 380, 30, 0}, {0x22, 0, 1, 301, 7001, 460, 780, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_pids(&run->jobs[0], "200 201");
    assert_string_equal(run->jobs[1].job.command, "srun -n 1 ./other");
    assert_int_equal(run->jobs[1].job.exit_status, 2);
    mw_model_destroy(run);
}

/* mpirun executes another program that starts ranks: it is one starter. */
static void test_starter_execs(void **state)
{
    static const struct made_process processes[] = {
        SHELL,
        {200, 100, 0, "/usr/bin/mpirun", "mpirun -n 1 ./app", 10, 20, 5, 0},
        {200, 100, 1, "/usr/bin/prterun", "prterun -n 1 ./app", 30, 400, 20, 4 << 8},
        APP(201, 200, 50, 390, 30),
        APP(301, 100, 450, 790, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 200, 60, 380, 30, 0}, {0x22, 0, 1, 301, 100, 460, 780, 30, 0}};
    struct made_process noted[COUNT(processes)];
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_pids(&run->jobs[0], "200 200 201");
    assert_int_equal(run->jobs[0].job.exit_status, 4);
    mw_model_destroy(run);
    /* the end of a process is stored with its first program */
    memcpy(noted, processes, sizeof(noted));
    noted[1].status = 5 << 8;
    noted[2].status = -1;
    run = MADE_RUN(noted, ranks);
    assert_false(run->jobs[0].job.status_unknown);
    assert_int_equal(run->jobs[0].job.exit_status, 5);
    mw_model_destroy(run);
}

/* Two that may have started a world of another host: neither is reported as having no ranks. */
static void test_either(void **state)
{
    static const struct made_process processes[] = {SHELL, MPIRUN(200, 100, 10, 800, 0), MPIRUN(300, 100, 20, 800, 0)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 7001, 7000, 60, 380, 30, 0},
                                             {0x22, 0, 1, 7002, 7000, 70, 780, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    assert_int_equal(run->jobs[0].rank_count, 1);
    assert_int_equal(run->jobs[1].rank_count, 1);
    assert_pids(run, "100 200 300");
    mw_model_destroy(run);
}

/* Worlds with the same number (a reused port) are distinguished by their ranks. */
static void test_same_number(void **state)
{
    struct made_rank ranks[COUNT(made_two_ranks)];
    struct mw_model *run;

    (void)state;
    memcpy(ranks, made_two_ranks, sizeof(ranks));
    for (size_t i = 0; i < COUNT(ranks); i++)
        ranks[i].world = 0x11;
    run = MADE_RUN(made_two, ranks);
    assert_int_equal(run->job_count, 2);
    assert_int_equal(run->jobs[0].worlds[0].size, 2);
    assert_int_equal(run->jobs[0].worlds[0].ranks, 2);
    assert_int_equal(run->jobs[1].ranks[0].pid, 301);
    mw_model_destroy(run);
}

/* Parents are read from outside: a cycle does not cause an infinite loop. */
static void test_circle(void **state)
{
    static const struct made_process processes[] = {APP(100, 101, 0, 900, 3), APP(101, 100, 0, 900, 3),
                                                    APP(201, 101, 50, 390, 30), APP(301, 301, 50, 390, 30)};
    static const struct made_rank ranks[] = {{0x11, 0, 1, 201, 101, 60, 380, 30, 0}, {0x22, 0, 1, 301, 301, 460, 780, 30, 0}};
    struct mw_model *run = MADE_RUN(processes, ranks);

    (void)state;
    assert_int_equal(run->job_count, 2);
    mw_model_destroy(run);
}

/* A rank that died belongs to its job only. */
static void test_death(void **state)
{
    struct made_process processes[COUNT(made_two)];
    struct mw_model *run;

    (void)state;
    memcpy(processes, made_two, sizeof(processes));
    processes[5].status = 11;
    run = MADE_RUN(processes, made_two_ranks);
    assert_int_equal(run->death_count, 0);
    assert_int_equal(run->jobs[0].death_count, 0);
    assert_int_equal(run->jobs[1].death_count, 1);
    assert_int_equal(run->jobs[1].ranks[run->jobs[1].deaths[0].rank].pid, 301);
    assert_int_equal(mw_model_death_total(run), 1);
    mw_model_destroy(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two),        cmocka_unit_test(test_no_sum_of_different_times),
        cmocka_unit_test(test_concurrent), cmocka_unit_test(test_one),
        cmocka_unit_test(test_spawned),    cmocka_unit_test(test_spawned_elsewhere),
        cmocka_unit_test(test_exec),       cmocka_unit_test(test_singletons),
        cmocka_unit_test(test_nested),     cmocka_unit_test(test_without_ranks),
        cmocka_unit_test(test_by_time),    cmocka_unit_test(test_starter_execs),
        cmocka_unit_test(test_either),     cmocka_unit_test(test_same_number),
        cmocka_unit_test(test_circle),     cmocka_unit_test(test_death),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
