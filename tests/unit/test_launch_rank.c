/* SPDX-License-Identifier: MIT */
/* The rank number in the environment of a process. */
#include "launcher/launch_rank.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
    assert_int_equal(PARSE("SLURM_PROCID=2\0PATH=/bin", in_a_batch_job), 2);  /* of a step of its own */
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
    assert_int_equal(mw_launch_rank_parse("PMI_RANK=3", 10, nothing), -1); /* cut: there may be more digits */
    assert_int_equal(mw_launch_rank_parse(NULL, 0, nothing), -1);
}

static void of_a_process(void **state)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        execle("/bin/sleep", "sleep", "60", (char *)NULL, (const char *[]){"X=1", "PMI_RANK=41", NULL});
        _exit(127);
    }
    for (int i = 0; i < 500 && mw_launch_rank_read(procfd, pid) < 0; i++)
        usleep(10000);
    assert_int_equal(mw_launch_rank_read(procfd, pid), 41);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(mw_launch_rank_read(procfd, pid), -1);
    close(procfd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_variable),
        cmocka_unit_test(the_library_before_the_batch_system),
        cmocka_unit_test(no_number),
        cmocka_unit_test(of_a_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
