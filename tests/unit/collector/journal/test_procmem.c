/* SPDX-License-Identifier: MIT */
/* Texts of the kernel, and those of a hostile or damaged /proc. */
#include "collector/journal/procmem.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

static void statm(void **state)
{
    uint64_t rss = 1;

    (void)state;
    assert_int_equal(mw_procmem_parse_statm("5023 1000 900 10 0 600 0\n", 4096, &rss), 0);
    assert_int_equal(rss, 4096000);
    assert_int_equal(mw_procmem_parse_statm("0 0 0 0 0 0 0\n", 4096, &rss), 0); /* a zombie */
    assert_int_equal(rss, 0);
}

static void statm_refuses(void **state)
{
    static const char *const bad[] = {"",
                                      "1",
                                      "1 ",
                                      "1 2",
                                      " 1 2 ",
                                      "a 2 3",
                                      "1 b 3",
                                      "1  2 3",
                                      "-1 2 3",
                                      "1 99999999999999999999999 3",
                                      "1 9223372036854775807 3"};
    uint64_t rss;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        errno = 0;
        assert_int_equal(mw_procmem_parse_statm(bad[i], 4096, &rss), -1);
        assert_int_equal(errno, EPROTO);
    }
}

static void status(void **state)
{
    static const char text[] = "Name:\tapp\nUmask:\t0022\nState:\tS (sleeping)\nVmPeak:\t   20480 kB\nVmHWM:\t    8192 kB\n"
                               "VmRSS:\t    4096 kB\nRssAnon:\t    1024 kB\nRssFile:\t    2048 kB\nRssShmem:\t    1024 kB\n"
                               "VmSwap:\t      12 kB\nHugetlbPages:\t    2048 kB\nThreads:\t1\n";
    struct mw_procmem_status s;

    (void)state;
    assert_int_equal(mw_procmem_parse_status(text, &s), 0);
    assert_int_equal(s.rss, 4096 << 10);
    assert_int_equal(s.hwm, 8192 << 10);
    assert_int_equal(s.rss_anon, 1024 << 10);
    assert_int_equal(s.rss_file, 2048 << 10);
    assert_int_equal(s.rss_shmem, 1024 << 10);
    assert_int_equal(s.swap, 12 << 10);
    assert_int_equal(s.huge, 2048 << 10);
}

static void status_without_memory(void **state)
{
    struct mw_procmem_status s;

    (void)state;
    assert_int_equal(mw_procmem_parse_status("Name:\tkthreadd\nState:\tS (sleeping)\nThreads:\t1\n", &s), 0);
    assert_int_equal(s.rss, 0);
    assert_int_equal(s.hwm, 0);
    assert_int_equal(mw_procmem_parse_status("nonsense", &s), -1);
}

static void own_pids(void **state)
{
    (void)state;
    assert_int_equal(mw_procmem_parse_own_pid("Name:\tx\nNSpid:\t4711\t23\t1\nNSpgid:\t4711\t9\n"), 1);
    assert_int_equal(mw_procmem_parse_own_pid("Name:\tx\nNSpid:\t4711\nNSpgid:\t12\n"), 4711);
    assert_int_equal(mw_procmem_parse_own_pid("Name:\tNSpid: 5\nPid:\t4711\n"), 0);
    assert_int_equal(mw_procmem_parse_own_pid("Name:\tx\nNSpid:\t4711\t23"), 0); /* cut */
}

/* A number that is truncated or does not fit is not accepted: 0 would look like a process without memory. */
static void status_refuses(void **state)
{
    static const char *const bad[] = {"",
                                      "VmRSS:\t 12 kB\n",
                                      "Name:\tx\nVmRSS:\t",
                                      "Name:\tx\nVmRSS:\t   379",
                                      "Name:\tx\nVmRSS:\t   37908 kB",
                                      "Name:\tx\nVmRSS:\t   37908 MB\n",
                                      "Name:\tx\nVmRSS:\tmany kB\n",
                                      "Name:\tx\nVmRSS:\t   -8 kB\n",
                                      "Name:\tx\nVmHWM:\t 18014398509481984 kB\n",
                                      "Name:\tx\nVmHWM:\t99999999999999999999999 kB\n"};
    struct mw_procmem_status s;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        errno = 0;
        assert_int_equal(mw_procmem_parse_status(bad[i], &s), -1);
        assert_int_equal(errno, EPROTO);
    }
    assert_int_equal(mw_procmem_parse_status("Name:\tx\nVmHWM:\t 18014398509481983 kB\n", &s), 0);
    assert_true(s.hwm == 18014398509481983ULL * 1024);
}

/* The kernel writes a newline in a name as \n; a field is only found at the start of a line. */
static void status_names_are_no_lines(void **state)
{
    struct mw_procmem_status s;

    (void)state;
    assert_int_equal(mw_procmem_parse_status("Name:\tx VmRSS:\t 7 kB\nVmRSS:\t   8 kB\n", &s), 0);
    assert_int_equal(s.rss, 8 << 10);
    assert_int_equal(mw_procmem_parse_status("Name:\ta\\nVmRSS:\\t7 kB\nVmHWM:\t   8 kB\n", &s), 0);
    assert_int_equal(s.rss, 0);
}

static void stat_of(const char *comm, struct mw_procmem_stat *s)
{
    char text[512];

    snprintf(text, sizeof(text),
             "42 (%s) R 7 42 7 0 -1 4194304 95 0 0 0 1 2 0 0 20 0 3 0 123456 1000 250 "
             "18446744073709551615 1 2 140727893 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 5 6 7 140728000 9 10 11 256\n",
             comm);
    assert_int_equal(mw_procmem_parse_stat(text, s), 0);
}

static void stat_with_odd_names(void **state)
{
    struct mw_procmem_stat s;

    (void)state;
    stat_of("plain", &s);
    assert_string_equal(s.comm, "plain");
    assert_int_equal(s.state, 'R');
    assert_int_equal(s.ppid, 7);
    assert_int_equal(s.threads, 3);
    assert_int_equal(s.start_ticks, 123456);
    assert_int_equal(s.start_stack, 140727893);
    assert_int_equal(s.arg_start, 140728000);
    assert_int_equal(s.exit_code, 256);
    stat_of("a) R (b", &s);
    assert_string_equal(s.comm, "a) R (b");
    assert_int_equal(s.ppid, 7);
    stat_of("", &s);
    assert_string_equal(s.comm, "");
    stat_of("a name that is far longer than the kernel ever gives", &s);
    assert_int_equal(strlen(s.comm), sizeof(s.comm) - 1);
}

/* SIGKILL among the pending signals of the main thread. */
static void stat_of_one_that_was_killed(void **state)
{
    static const struct {
        const char *pending;
        bool is_killed;
    } cases[] = {{"0", false}, {"256", true}, {"16640", true}, {"16384", false}, {"65536", false}, {"2147483647", true}};
    struct mw_procmem_stat s;
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(
            text, sizeof(text),
            "9 (app) S 7 42 7 0 -1 4194304 95 0 0 0 1 2 0 0 20 0 3 0 77 1000 250 18446744073709551615 1 2 140727893 0 0 %s "
            "0 0 0 0 0 0 17 1 0 0 0 0 0 5 6 7 140728000 9 10 11 0\n",
            cases[i].pending);
        assert_int_equal(mw_procmem_parse_stat(text, &s), 0);
        assert_int_equal(s.is_killed, cases[i].is_killed);
        assert_int_equal(s.arg_start, 140728000);
    }
}

/* The kernel sets the start of the stack before it has copied the arguments and the environment. */
static void stat_in_the_middle_of_an_exec(void **state)
{
    static const struct {
        const char *rest;
        uint64_t start_stack;
    } cases[] = {{"140728000 0 0 0 0\n", 0},
                 {"140728000 140728100 140728100 0 0\n", 0},
                 {"140728000 140728100 140728100 140729000 0\n", 140727893},
                 {"140728000 ", 140727893},
                 {"", 140727893}};
    struct mw_procmem_stat s;
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text),
                 "9 (app) S 7 42 7 0 -1 4194304 95 0 0 0 1 2 0 0 20 0 3 0 77 1000 250 18446744073709551615 1 2 140727893 0 0 0 "
                 "0 0 0 0 0 0 17 1 0 0 0 0 0 5 6 7 %s",
                 cases[i].rest);
        assert_int_equal(mw_procmem_parse_stat(text, &s), 0);
        assert_int_equal(s.start_stack, cases[i].start_stack);
    }
}

static void stat_refuses(void **state)
{
    static const char *const bad[] = {"", "42", "42 (app", "42 app) R 1", ") (", "42 (app) R 1 2 3"};
    struct mw_procmem_stat s;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(mw_procmem_parse_stat(bad[i], &s), -1);
}

/* A text truncated before the end of field 28 is refused; numbers are never truncated. */
static void stat_refuses_what_was_cut(void **state)
{
    static const char whole[] =
        "17 (kworker/0:1H-kblockd) I 2 0 0 0 -1 69238880 0 0 0 0 0 12 0 0 0 -20 1 0 38 0 0 18446744073709551615 0 0 0 0 0 "
        "0 0 2147483647 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
    size_t enough = (size_t)(strstr(whole, "18446744073709551615 ") - whole) + strlen("18446744073709551615 0 0 0 ");
    struct mw_procmem_stat s;
    char text[512];

    (void)state;
    for (size_t length = 0; length < strlen(whole); length++) {
        memcpy(text, whole, length);
        text[length] = '\0';
        assert_int_equal(mw_procmem_parse_stat(text, &s), length < enough ? -1 : 0);
    }
    assert_string_equal(s.comm, "kworker/0:1H-kblockd");
    assert_int_equal(s.start_ticks, 38);
}

static void a_process_that_ended(void **state)
{
    int proc = open("/proc", O_RDONLY | O_DIRECTORY), hold[2], fd;
    struct mw_procmem_stat s;
    uint64_t rss = 0;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(hold), 0);
    pid = fork();
    if (pid == 0) {
        char byte;
        close(hold[1]);
        _exit(read(hold[0], &byte, 1) != 0);
    }
    fd = mw_procmem_open(proc, pid, "statm");
    assert_int_equal(mw_procmem_statm_rss(fd, 4096, &rss), 0);
    assert_true(rss > 0);
    close(hold[1]);
    close(hold[0]);
    waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT);
    assert_int_equal(mw_procmem_statm_rss(fd, 4096, &rss), 0); /* a zombie: nothing is left of its memory */
    assert_int_equal(rss, 0);
    waitpid(pid, NULL, 0);
    assert_int_equal(mw_procmem_statm_rss(fd, 4096, &rss), -1); /* even if another process has the pid by now */
    assert_int_equal(errno, ESRCH);
    assert_int_equal(mw_procmem_stat_read(fd, &s), -1);
    assert_int_equal(mw_procmem_open(proc, pid, "stat"), -1);
    assert_int_equal(errno, ENOENT);
    close(fd);
    close(proc);
}

static void rollup(void **state)
{
    struct mw_procmem_rollup r;

    (void)state;
    assert_int_equal(mw_procmem_parse_rollup("5581 [rollup]\nRss:   900 kB\nPss:   512 kB\nPss_Shmem: 7 kB\n", &r), 0);
    assert_int_equal(r.rss, 900 << 10);
    assert_int_equal(r.pss, 512 << 10);
    assert_int_equal(r.pss_shmem, 7 << 10);
    assert_int_equal(mw_procmem_parse_rollup("Rss: 1 kB\nPss: 1 kB\n", &r), 0);
    assert_true(r.pss_shmem == UINT64_MAX);
    assert_int_equal(mw_procmem_parse_rollup("Rss: 1 kB\nPss_Anon: 2 kB\n", &r), -1);
    assert_int_equal(mw_procmem_parse_rollup("Rss: 1 kB\nPss: 2", &r), -1);
    assert_int_equal(mw_procmem_parse_rollup("Pss: 2 kB\n", &r), -1);
    assert_int_equal(mw_procmem_parse_rollup("", &r), -1);
}

static void reads_itself(void **state)
{
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);
    int fd = mw_procmem_open(proc, getpid(), "statm");
    struct mw_procmem_stat s;
    char text[4096];
    struct mw_procmem_rollup r;
    uint64_t rss;

    (void)state;
    skip_if_emulated();
    for (int i = 0; i < 3; i++) /* the same descriptor repeatedly */
        assert_int_equal(mw_procmem_statm_rss(fd, (uint64_t)sysconf(_SC_PAGESIZE), &rss), 0);
    assert_true(rss > 100000);
    assert_int_equal(mw_procmem_rollup(proc, getpid(), &r), 0);
    assert_true(r.pss > 10000 && r.rss >= r.pss);
    close(fd);
    fd = mw_procmem_open(proc, getpid(), "stat");
    assert_int_equal(mw_procmem_stat_read(fd, &s), 0);
    assert_int_equal(s.ppid, getppid());
    close(fd);
    assert_int_equal(mw_procmem_exe(proc, getpid(), text, sizeof(text)), 0);
    assert_non_null(strstr(text, "test_procmem"));
    assert_int_equal(mw_procmem_command(proc, getpid(), text, sizeof(text)), 0);
    assert_non_null(strstr(text, "test_procmem"));
    assert_int_equal(mw_procmem_command(proc, getpid(), text, 4), 0);
    assert_int_equal(strlen(text), 3);
    close(proc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statm),
        cmocka_unit_test(statm_refuses),
        cmocka_unit_test(status),
        cmocka_unit_test(status_without_memory),
        cmocka_unit_test(stat_with_odd_names),
        cmocka_unit_test(stat_of_one_that_was_killed),
        cmocka_unit_test(stat_in_the_middle_of_an_exec),
        cmocka_unit_test(stat_refuses),
        cmocka_unit_test(own_pids),
        cmocka_unit_test(status_refuses),
        cmocka_unit_test(status_names_are_no_lines),
        cmocka_unit_test(stat_refuses_what_was_cut),
        cmocka_unit_test(a_process_that_ended),
        cmocka_unit_test(rollup),
        cmocka_unit_test(reads_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
