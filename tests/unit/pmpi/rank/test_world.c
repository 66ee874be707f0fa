/* SPDX-License-Identifier: MIT */
/* Which world a process belongs to, for synthetic environments and process trees, and where its journals are created. */
#include "pmpi/rank/world.h"

#include "collector/base/token.h"
#include "pmpi/rank/agent.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

static bool is_launchers_host = true;

bool mw_agent_is_launchers_host(void)
{
    return is_launchers_host;
}

static const char *const variables[] = {"PMIX_NAMESPACE",
                                        "OMPI_MCA_orte_hnp_uri",
                                        "OMPI_MCA_orte_precondition_transports",
                                        "PALS_APID",
                                        "FLUX_JOB_ID",
                                        "SLURM_STEP_ID",
                                        "SLURM_JOB_ID",
                                        "SLURM_STEP_LAUNCHER_PORT",
                                        "PMI_FD",
                                        "MEMWATCH_RUN_DIR",
                                        "TMPDIR"};

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    is_launchers_host = true;
    return 0;
}

/* ---- processes ---- */

/* A rank's world, as seen by a new child process. `starter`: the name of a process in between; NULL: none. */
#define RANKS 2
struct family {
    struct mw_world ranks[RANKS]; /* of one starter */
};

static void write_ranks(int out)
{
    struct mw_world world;

    for (int i = 0; i < RANKS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            world = mw_world_find();
            _exit(write(out, &world, sizeof(world)) != sizeof(world));
        }
        waitpid(pid, NULL, 0);
    }
}

static struct family start(const char *starter, const char *port, const char *group)
{
    struct family family;
    char out[16];
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    snprintf(out, sizeof(out), "%d", ends[1]);
    if (!starter) {
        write_ranks(ends[1]);
    } else if ((pid = fork()) == 0) {
        if (port)
            execl("/proc/self/exe", "proxy", "as", starter, out, "--control-port", port, "--pgid", group, (char *)NULL);
        prctl(PR_SET_NAME, starter);
        write_ranks(ends[1]);
        _exit(0);
    } else {
        waitpid(pid, NULL, 0);
    }
    close(ends[1]);
    for (int i = 0; i < RANKS; i++)
        assert_int_equal(read(ends[0], &family.ranks[i], sizeof(family.ranks[i])), sizeof(family.ranks[i]));
    close(ends[0]);
    return family;
}

/* All of them have the same world; returns its id. */
static uint64_t one_world(struct family family, enum mw_world_reach reach)
{
    for (int i = 0; i < RANKS; i++) {
        assert_int_equal(family.ranks[i].reach, reach);
        assert_int_equal(family.ranks[i].id, family.ranks[0].id);
    }
    return family.ranks[0].id;
}

/* ---- worlds ---- */

/* This test may itself be run by a launcher, or in a job of Slurm. */
#define NEEDS_NO_STARTER()                             \
    do {                                               \
        if (mw_world_find().reach != MW_WORLD_PROCESS) \
            skip();                                    \
    } while (0)

static void it_was_not_started(void **state)
{
    struct family family = start(NULL, NULL, NULL);
    struct mw_world first = mw_world_find(), second = mw_world_find();

    (void)state;
    NEEDS_NO_STARTER();
    assert_int_equal(first.reach, MW_WORLD_PROCESS);
    assert_int_equal(first.id, second.id);
    assert_int_equal(family.ranks[0].reach, MW_WORLD_PROCESS);
    assert_int_not_equal(family.ranks[0].id, family.ranks[1].id);
    assert_int_not_equal(family.ranks[0].id, first.id);
}

static void by_its_starter(void **state)
{
    uint64_t one, two;

    (void)state;
    NEEDS_NO_STARTER();
    one = one_world(start("mpirun", NULL, NULL), MW_WORLD_STARTER);
    two = one_world(start("mpirun", NULL, NULL), MW_WORLD_STARTER);
    assert_int_not_equal(one, two);
    assert_int_equal(start("bash", NULL, NULL).ranks[0].reach, MW_WORLD_PROCESS);
}

static void by_pmix(void **state)
{
    uint64_t one, two;

    (void)state;
    setenv("PMIX_NAMESPACE", "1234", 1);
    setenv("OMPI_MCA_orte_hnp_uri", "1234.0;tcp://10.0.0.1:5", 1);
    one = one_world(start(NULL, NULL, NULL), MW_WORLD_WHOLE);
    assert_int_equal(one_world(start("orted", NULL, NULL), MW_WORLD_WHOLE), one); /* on any host */
    setenv("OMPI_MCA_orte_hnp_uri", "1234.0;tcp://10.0.0.1:6", 1);                /* a later job with the same number */
    two = one_world(start(NULL, NULL, NULL), MW_WORLD_WHOLE);
    assert_int_not_equal(one, two);
    setenv("OMPI_MCA_orte_precondition_transports", "a-b", 1);
    assert_int_not_equal(one_world(start(NULL, NULL, NULL), MW_WORLD_WHOLE), two);
}

/* Values are separated: the parts of one are never taken for parts of the next one. */
static void values_are_distinct(void **state)
{
    uint64_t one;

    (void)state;
    NEEDS_NO_STARTER();
    setenv("SLURM_STEP_ID", "1", 1);
    setenv("SLURM_JOB_ID", "12", 1);
    one = mw_world_find().id;
    setenv("SLURM_STEP_ID", "11", 1);
    setenv("SLURM_JOB_ID", "2", 1);
    assert_int_not_equal(mw_world_find().id, one);
}

static void by_slurm(void **state)
{
    uint64_t one;

    (void)state;
    NEEDS_NO_STARTER();
    setenv("SLURM_JOB_ID", "7", 1);
    assert_int_equal(mw_world_find().reach, MW_WORLD_PROCESS); /* in the batch script: no step */
    setenv("SLURM_STEP_ID", "3", 1);
    setenv("SLURM_STEP_LAUNCHER_PORT", "4000", 1);
    one = one_world(start(NULL, NULL, NULL), MW_WORLD_WHOLE);
    assert_int_equal(one_world(start("slurmstepd", NULL, NULL), MW_WORLD_WHOLE), one);
    setenv("PMIX_NAMESPACE", "slurm.pmix.7.3", 1); /* its servers differ between nodes */
    assert_int_equal(one_world(start("slurmstepd", NULL, NULL), MW_WORLD_WHOLE), one);
    setenv("SLURM_STEP_LAUNCHER_PORT", "4001", 1);
    assert_int_not_equal(one_world(start("slurmstepd", NULL, NULL), MW_WORLD_WHOLE), one);
}

/* An mpirun in a Slurm job: variables that it has inherited do not describe its ranks. */
static void what_a_starter_inherits_says_nothing(void **state)
{
    (void)state;
    setenv("SLURM_STEP_ID", "3", 1);
    setenv("FLUX_JOB_ID", "f1", 1);
    setenv("PALS_APID", "p1", 1);
    assert_int_not_equal(one_world(start("mpirun", NULL, NULL), MW_WORLD_STARTER),
                         one_world(start("mpirun", NULL, NULL), MW_WORLD_STARTER));
}

static void flux_and_pals_before_slurm(void **state)
{
    uint64_t flux, pals, slurm;

    (void)state;
    NEEDS_NO_STARTER();
    setenv("SLURM_STEP_ID", "3", 1);
    slurm = mw_world_find().id;
    setenv("PALS_APID", "p1", 1);
    pals = mw_world_find().id;
    setenv("FLUX_JOB_ID", "f1", 1);
    flux = one_world(start("flux-shell", NULL, NULL), MW_WORLD_WHOLE);
    assert_int_not_equal(pals, slurm);
    assert_int_not_equal(flux, pals);
    unsetenv("SLURM_STEP_ID");
    assert_int_equal(mw_world_find().id, flux);
    unsetenv("FLUX_JOB_ID");
    assert_int_equal(mw_world_find().id, pals);
}

/* Proxies of two hosts with one control port and group. */
static void by_hydra(void **state)
{
    uint64_t one;

    (void)state;
    skip_if_emulated(); /* /proc/self/exe */
    one = one_world(start("hydra_pmi_proxy", "node1:4000", "0"), MW_WORLD_WHOLE);
    assert_int_equal(one_world(start("hydra_pmi_proxy", "node1:4000", "0"), MW_WORLD_WHOLE), one);
    assert_int_not_equal(one_world(start("hydra_pmi_proxy", "node1:4000", "1"), MW_WORLD_WHOLE), one);
    assert_int_not_equal(one_world(start("hydra_pmi_proxy", "node1:4001", "0"), MW_WORLD_WHOLE), one);
    setenv("SLURM_STEP_ID", "3", 1); /* it was started by Slurm */
    assert_int_equal(one_world(start("hydra_pmi_proxy", "node1:4000", "0"), MW_WORLD_WHOLE), one);
}

/* The process at the other end of the PMI socket, whatever its name. */
static void by_its_pmi_socket(void **state)
{
    char number[16];
    int ends[2];

    (void)state;
    NEEDS_NO_STARTER();
    skip_if_emulated();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(number, sizeof(number), "%d", ends[0]);
    setenv("PMI_FD", number, 1);
    one_world(start(NULL, NULL, NULL), MW_WORLD_STARTER);
    assert_int_equal(one_world(start(NULL, NULL, NULL), MW_WORLD_STARTER),
                     one_world(start("mpirun", NULL, NULL), MW_WORLD_STARTER)); /* created by this process */
    setenv("PMI_FD", "999", 1);
    assert_int_equal(mw_world_find().reach, MW_WORLD_PROCESS);
    setenv("PMI_FD", "garbage", 1);
    assert_int_equal(mw_world_find().reach, MW_WORLD_PROCESS);
    close(ends[0]);
    close(ends[1]);
}

/* ---- the run directory ---- */

static char base[] = "/tmp/memwatch-test-XXXXXX";
static char path[512];

static int make_base(void **state)
{
    set_up(state);
    strcpy(base, "/tmp/memwatch-test-XXXXXX");
    return mkdtemp(base) ? 0 : -1;
}

static int remove_base(void **state)
{
    (void)state;
    return rmdir(base);
}

/* Closes and removes what was opened. */
static void clear_away(struct mw_world_dir *dir)
{
    unlinkat(dir->fd, MW_FILE_TOKEN, 0);
    mw_world_close_dir(dir);
    assert_int_equal(dir->fd, -1);
    assert_int_equal(dir->joined, -1);
    assert_int_equal(rmdir(path), 0);
}

static int open_given(const char *given, struct mw_world_dir *dir, struct mw_err *err)
{
    setenv("MEMWATCH_RUN_DIR", given, 1);
    return mw_world_open_dir(5, dir, path, sizeof(path), err);
}

static void one_that_cannot_be_used(void **state)
{
    char name[600], *longer = name;
    struct mw_world_dir dir;
    struct mw_err err = {0};

    (void)state;
    assert_int_equal(open_given("relative/path", &dir, &err), -1);
    assert_false(dir.removed);
    assert_false(dir.standalone);
    assert_non_null(strstr(err.text, "MEMWATCH_RUN_DIR"));
    memset(longer, 'x', sizeof(name) - 1);
    name[0] = '/';
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(open_given(name, &dir, &err), -1);
    snprintf(name, sizeof(name), "%s/gone", base);
    assert_int_equal(open_given(name, &dir, &err), -1);
    assert_true(dir.removed);
    assert_int_equal(dir.fd, -1);
    assert_int_equal(access(name, F_OK), -1); /* the launcher's directory is not created */
}

static void one_that_others_may_enter(void **state)
{
    struct mw_world_dir dir;
    struct mw_err err = {0};
    char name[600];

    (void)state;
    snprintf(name, sizeof(name), "%s/open", base);
    assert_int_equal(mkdir(name, 0700), 0);
    assert_int_equal(chmod(name, 0755), 0);
    assert_int_equal(open_given(name, &dir, &err), -1);
    assert_true(err.text[0] != '\0');
    assert_int_equal(chmod(name, 0700), 0);
    assert_int_equal(open_given(name, &dir, &err), 0);
    assert_string_equal(path, name);
    assert_int_equal(dir.joined, -1); /* the launcher removes it */
    assert_int_equal(dir.pid_ns, 0);
    assert_false(dir.standalone);
    clear_away(&dir);
    assert_int_equal(symlink(base, name), 0); /* where another user might redirect us */
    assert_int_equal(open_given(name, &dir, &err), -1);
    unlink(name);
}

static void one_with_a_token(void **state)
{
    struct mw_world_dir dir;
    struct mw_token here;
    struct mw_err err = {0};
    char name[600];
    int dirfd, token;

    (void)state;
    snprintf(name, sizeof(name), "%s/memwatch-%ld-0123456789abcdef", base, (long)geteuid());
    assert_int_equal(mkdir(name, 0700), 0);
    dirfd = open(name, O_RDONLY | O_DIRECTORY);
    token = mw_token_create(dirfd, mw_token_id(name));
    assert_true(token >= 0);
    mw_token_here(&here, mw_token_id(name));
    assert_int_equal(open_given(name, &dir, &err), 0);
    assert_int_equal(dir.pid_ns, here.pid_namespace);
    close(token);
    close(dirfd);
    clear_away(&dir);
}

/* For a launcher on another host: the directory is created, and is not removed. */
static void one_of_another_host(void **state)
{
    struct mw_world_dir dir;
    struct mw_err err = {0};
    char name[600];
    int token;
    struct mw_token read;

    (void)state;
    is_launchers_host = false;
    snprintf(name, sizeof(name), "%s/memwatch-%ld-0123456789abcdef", base, (long)geteuid());
    assert_int_equal(open_given(name, &dir, &err), 0);
    assert_false(dir.removed);
    assert_true(dir.joined >= 0);
    token = mw_token_open(dir.fd, &read);
    assert_true(token >= 0);
    assert_int_equal(mw_token_users(token), MW_TOKEN_HELD);
    close(token);
    clear_away(&dir);
}

static void without_a_launcher(void **state)
{
    uint64_t world = 0xABCD000000000000 | (uint64_t)getpid();
    struct mw_world_dir first, second;
    struct mw_err err = {0};
    char name[64], again[512];

    (void)state;
    setenv("TMPDIR", base, 1);
    assert_int_equal(mw_world_open_dir(world, &first, path, sizeof(path), &err), 0);
    snprintf(name, sizeof(name), "/memwatch-%ld-%016llx", (long)geteuid(), (unsigned long long)world);
    assert_non_null(strstr(path, name));
    assert_true(first.standalone);
    assert_true(first.joined >= 0);
    assert_int_equal(mw_world_open_dir(world, &second, again, sizeof(again), &err), 0);
    assert_string_equal(again, path); /* the same for all ranks */
    mw_world_close_dir(&second);
    clear_away(&first);
}

#define TEST(test) cmocka_unit_test_setup(test, set_up)
#define DIRECTORY_TEST(test) cmocka_unit_test_setup_teardown(test, make_base, remove_base)

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST(it_was_not_started),
        TEST(by_its_starter),
        TEST(by_pmix),
        TEST(values_are_distinct),
        TEST(by_slurm),
        TEST(what_a_starter_inherits_says_nothing),
        TEST(flux_and_pals_before_slurm),
        TEST(by_hydra),
        TEST(by_its_pmi_socket),
        DIRECTORY_TEST(one_that_cannot_be_used),
        DIRECTORY_TEST(one_that_others_may_enter),
        DIRECTORY_TEST(one_with_a_token),
        DIRECTORY_TEST(one_of_another_host),
        DIRECTORY_TEST(without_a_launcher),
    };

    if (count > 3 && !strcmp(arguments[1], "as")) { /* a proxy of Hydra, with its command line */
        prctl(PR_SET_NAME, arguments[2]);
        write_ranks((int)strtol(arguments[3], NULL, 10));
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
