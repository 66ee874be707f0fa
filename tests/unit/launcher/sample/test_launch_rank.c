/* SPDX-License-Identifier: MIT */
/* The rank number in the environment of a process. */
#include "launcher/sample/launch_rank.h"

#include "collector/base/launch_variables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

static char *in_a_batch_job(const char *name)
{
    return strcmp(name, "SLURM_PROCID") ? NULL : (char *)"0";
}

#define PARSE(text, own) mw_launch_rank_parse(text, sizeof(text), own)

static void each_variable(void **state)
{
    (void)state;
    assert_int_equal(PARSE("A=1\0OMPI_COMM_WORLD_RANK=7\0B=2", nothing), 7);
    assert_int_equal(PARSE("PMI_RANK=0\0PMI_SIZE=4", nothing), 0);
    assert_int_equal(PARSE("PMIX_RANK=12", nothing), 12);
    assert_int_equal(PARSE("MV2_COMM_WORLD_RANK=3", nothing), 3);
    assert_int_equal(PARSE("PALS_RANKID=5", nothing), 5);
    assert_int_equal(PARSE("FLUX_TASK_RANK=6", nothing), 6);
    assert_int_equal(PARSE("JSM_NAMESPACE_RANK=8", nothing), 8);
    assert_int_equal(PARSE("SLURM_PROCID=9", nothing), 9);
}

static void the_library_before_the_batch_system(void **state)
{
    (void)state;
    assert_int_equal(PARSE("SLURM_PROCID=0\0OMPI_COMM_WORLD_RANK=3", nothing), 3);
    assert_int_equal(PARSE("SLURM_PROCID=0\0PATH=/bin", in_a_batch_job), -1); /* of the batch step */
    assert_int_equal(PARSE("SLURM_PROCID=2\0PATH=/bin", in_a_batch_job), 2);  /* of a separate step */
}

static void no_number(void **state)
{
    (void)state;
    assert_int_equal(PARSE("", nothing), -1);
    assert_int_equal(PARSE("PMI_RANK=", nothing), -1);
    assert_int_equal(PARSE("PMI_RANK=-3", nothing), -1);
    assert_int_equal(PARSE("PMI_RANK=3x", nothing), -1);
    assert_int_equal(PARSE("PMI_RANK=99999999999999999999", nothing), -1);
    assert_int_equal(PARSE("XPMI_RANK=3\0PMI_RANKS=4\0PMI_RANK", nothing), -1);
    assert_int_equal(mw_launch_rank_parse("PMI_RANK=3", 10, nothing), -1); /* truncated: there may be more digits */
    assert_int_equal(mw_launch_rank_parse(NULL, 0, nothing), -1);
}

/* The environment of this process. */
static const char *const *told;

static char *own(const char *name)
{
    for (size_t i = 0; told[i]; i += 2)
        if (!strcmp(told[i], name))
            return (char *)told[i + 1];
    return NULL;
}

static int32_t rank_of(const char *const *variables)
{
    told = variables;
    return mw_launch_rank(own);
}

#define RANK_OF(...) rank_of((const char *const[]){__VA_ARGS__, NULL})

static void of_this_process(void **state)
{
    (void)state;
    assert_int_equal(RANK_OF("PATH", "/bin"), -1);
    assert_int_equal(RANK_OF("SLURM_PROCID", "0"), -1); /* a batch script's, or salloc's shell */
    assert_int_equal(RANK_OF("SLURM_PROCID", "0", "SLURM_NTASKS", "8"), -1);
    assert_int_equal(RANK_OF("SLURM_PROCID", "5", "SLURM_STEP_NUM_TASKS", "8"), 5);
    assert_int_equal(RANK_OF("SLURM_PROCID", "0", "OMPI_COMM_WORLD_RANK", "2", "OMPI_COMM_WORLD_SIZE", "3"), 2);
    assert_int_equal(RANK_OF("PMI_RANK", "4"), -1);
    assert_int_equal(RANK_OF("PMI_RANK", "x", "PMI_SIZE", "2", "PMIX_RANK", "1"), 1);
    assert_int_equal(RANK_OF("PALS_RANKID", "7"), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_variable),
        cmocka_unit_test(the_library_before_the_batch_system),
        cmocka_unit_test(no_number),
        cmocka_unit_test(of_this_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
