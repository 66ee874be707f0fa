/* SPDX-License-Identifier: MIT */
/* Whether memwatch was started inside an mpirun, by the variables of job launchers. */
#include "launcher/start/inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The environment: "NAME=VALUE", terminated by NULL. */
static const char *const *environment;

static char *own(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; environment[i]; i++)
        if (!strncmp(environment[i], name, length) && environment[i][length] == '=')
            return (char *)environment[i] + length + 1;
    return NULL;
}

static struct mw_inside look(const char *const *variables, const char *const *words)
{
    char *command[8] = {NULL};

    for (size_t i = 0; words[i]; i++)
        command[i] = (char *)words[i];
    environment = variables;
    return mw_inside_look(command, own);
}

#define VARIABLES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define COMMAND(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_each_launcher(void **state)
{
    static const struct {
        const char *variables[5];
        int32_t rank, size;
        const char *launcher;
    } cases[] = {
        {{"OMPI_COMM_WORLD_RANK=5", "OMPI_COMM_WORLD_SIZE=6"}, 5, 6, "mpirun"},
        {{"MV2_COMM_WORLD_RANK=0", "MV2_COMM_WORLD_SIZE=2"}, 0, 2, "mpirun"},
        {{"PMI_RANK=3", "PMI_SIZE=4"}, 3, 4, "mpirun"},
        {{"PMI_RANK=3", "PMI_SIZE=4", "SLURM_PROCID=3", "SLURM_STEP_NUM_TASKS=4"}, 3, 4, "srun"},
        {{"PMI_RANK=3", "PMI_SIZE=4", "SLURM_PROCID=1", "SLURM_STEP_NUM_TASKS=2"}, 3, 4, "mpirun"},
        {{"JSM_NAMESPACE_RANK=1", "JSM_NAMESPACE_SIZE=9"}, 1, 9, "jsrun"},
        {{"FLUX_TASK_RANK=0", "FLUX_JOB_SIZE=3"}, 0, 3, "flux run"},
        {{"SLURM_PROCID=7", "SLURM_STEP_NUM_TASKS=8"}, 7, 8, "srun"},
        {{"PMIX_RANK=1"}, 1, 0, "mpirun"},
        {{"PMIX_RANK=0", "SLURM_PROCID=0", "SLURM_STEP_NUM_TASKS=4"}, 0, 4, "srun"},
        {{"PMIX_RANK=3", "SLURM_PROCID=3", "SLURM_STEP_NUM_TASKS=4"}, 3, 4, "srun"},
        {{"PMIX_RANK=3", "SLURM_PROCID=0", "SLURM_STEP_NUM_TASKS=2"}, 3, 0, "mpirun"}, /* prterun in a step */
        {{"PALS_RANKID=2"}, 2, 0, "mpiexec"},
        {{"SLURM_PROCID=0", "OMPI_COMM_WORLD_RANK=2", "OMPI_COMM_WORLD_SIZE=3"}, 2, 3, "mpirun"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mw_inside inside = look(cases[i].variables, COMMAND("./app"));
        assert_int_equal(inside.rank, cases[i].rank);
        assert_int_equal(inside.size, cases[i].size);
        assert_string_equal(inside.launcher, cases[i].launcher);
    }
}

static void test_not_inside(void **state)
{
    static const char *const variables[][5] = {
        {"OMPI_COMM_WORLD_RANK=0", "OMPI_COMM_WORLD_SIZE=1", "SLURM_PROCID=2", "SLURM_STEP_NUM_TASKS=4"}, /* its daemon's */
        {"PATH=/bin"},
        {"SLURM_PROCID=0", "SLURM_NTASKS=64"},                /* a batch script */
        {"SLURM_PROCID=0", "SLURM_STEP_NUM_TASKS=1"},         /* srun --pty bash */
        {"OMPI_COMM_WORLD_RANK=0", "OMPI_COMM_WORLD_SIZE=1"}, /* it sees all processes */
        {"PMIX_RANK=0"},
        {"PMI_RANK=4", "PMI_SIZE=4"},
        {"PMI_RANK=x", "PMI_SIZE=4"},
        {"PMI_RANK=-1", "PMI_SIZE=4"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        assert_int_equal(look(variables[i], COMMAND("./app")).rank, -1);
}

/* A rank that starts a separate job under memwatch. */
static void test_command_starts_ranks(void **state)
{
    const char *const *variables = VARIABLES("PMI_RANK=1", "PMI_SIZE=2");

    (void)state;
    assert_int_equal(look(variables, COMMAND("mpirun", "-n", "2", "./app")).rank, -1);
    assert_int_equal(look(variables, COMMAND("numactl", "/usr/bin/mpiexec.hydra", "./app")).rank, -1);
    assert_int_equal(look(variables, COMMAND("/opt/slurm/bin/srun", "./app")).rank, -1);
    assert_int_equal(look(variables, COMMAND("./app", "srun.txt")).rank, 1);
}

static void test_one_agent(void **state)
{
    (void)state;
    assert_true(mw_inside_should_warn(&(struct mw_inside){0, 4, "mpirun"}));
    assert_false(mw_inside_should_warn(&(struct mw_inside){1, 4, "mpirun"}));
    assert_true(mw_inside_should_warn(&(struct mw_inside){1, 0, "mpirun"}));
    assert_false(mw_inside_should_warn(&(struct mw_inside){2, 0, "mpirun"}));
    assert_false(mw_inside_should_warn(&(struct mw_inside){-1, 0, "mpirun"}));
    assert_false(mw_inside_is_brief(&(struct mw_inside){0, 4, "mpirun"}));
    assert_false(mw_inside_is_brief(&(struct mw_inside){-1, 0, "mpirun"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_launcher), cmocka_unit_test(test_not_inside),
                                       cmocka_unit_test(test_command_starts_ranks), cmocka_unit_test(test_one_agent)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
