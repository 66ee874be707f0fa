/* SPDX-License-Identifier: MIT */
/* The process tree, with a synthetic /proc, for states that real processes pass too quickly. */
#include "launcher/sample/tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int news, execs, settled, ends;
static struct mw_tree tree;

#define PROC "test_tree_states.XXXXXX"
static char proc[] = PROC;

static bool no_memory;

uint32_t __real_mw_map_try_add(struct mw_map *map, const void *key, size_t length, uint32_t value);
uint32_t __wrap_mw_map_try_add(struct mw_map *map, const void *key, size_t length, uint32_t value);

uint32_t __wrap_mw_map_try_add(struct mw_map *map, const void *key, size_t length, uint32_t value)
{
    return no_memory ? MW_MAP_NONE : __real_mw_map_try_add(map, key, length, value);
}

static void update(void)
{
    mw_tree_update(&tree);
    for (size_t i = 0; i < tree.event_count; i++) {
        news += tree.events[i].change == MW_TREE_NEW;
        execs += tree.events[i].change == MW_TREE_EXEC;
        settled += tree.events[i].change == MW_TREE_SETTLED;
        ends += tree.events[i].change == MW_TREE_GONE;
    }
}

static void proc_file(const char *path, const char *text)
{
    char whole[128];
    int fd;

    snprintf(whole, sizeof(whole), "%s/%s", proc, path);
    fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static const char *comm;

static void proc_stat_file(unsigned long start_stack, unsigned long arg_start, unsigned long env_end)
{
    char text[512];

    snprintf(text, sizeof(text),
             "7 (%s) R 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 99 1000 250 1 2 3 %lu 0 0 0 0 0 0 0 0 0 17 1 "
             "0 0 0 0 0 5 6 7 %lu 9 10 %lu 0\n",
             comm, start_stack, arg_start, env_end);
    proc_file("7/stat", text);
}

static void proc_stat_until(unsigned long start_stack, unsigned long arg_start, unsigned long env_end)
{
    proc_stat_file(start_stack, arg_start, env_end);
    update();
}

static void proc_stat(unsigned long start_stack, unsigned long arg_start)
{
    proc_stat_until(start_stack, arg_start, start_stack + 1000);
}

static int set_up(void **state)
{
    static const char *const dirs[] = {"", "/1", "/1/task", "/1/task/1", "/7", "/7/task", "/7/task/7"};
    char path[128];

    (void)state;
    news = execs = settled = ends = 0;
    no_memory = false;
    comm = "rank";
    memcpy(proc, PROC, sizeof(proc));
    assert_non_null(mkdtemp(proc));
    for (size_t i = 1; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", proc, dirs[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    proc_file("1/task/1/children", "7 ");
    proc_file("7/task/7/children", "");
    proc_file("7/statm", "1000 10 5 1 0 20 0\n");
    return mw_tree_init(&tree, proc, 1);
}

static int tear_down(void **state)
{
    static const char *const names[] = {
        "1/task/1/children", "1/task/1", "1/task", "1", "7/task/7/children", "7/task/7", "7/task",
        "7/statm",           "7/stat",   "7/exe",  "7"};
    char path[128];

    (void)state;
    mw_tree_fini(&tree);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", proc, names[i]);
        remove(path);
    }
    return rmdir(proc);
}

static void an_exec_is_told_once(void **state)
{
    (void)state;
    proc_stat(0, 0); /* in the middle of it */
    assert_int_equal(news, 1);
    assert_int_equal(settled, 0);
    proc_stat_until(8000, 8100, 0); /* its stack is made */
    assert_int_equal(settled, 0);
    proc_stat(8000, 8100); /* and filled: the environment can be read */
    assert_int_equal(settled, 1);
    proc_stat(7900, 8100); /* its start is set once more */
    assert_int_equal(execs, 0);
    assert_int_equal(settled, 1);
    proc_stat(7900, 9000); /* it has changed its title */
    assert_int_equal(execs, 0);
    proc_stat(0, 0); /* the next exec */
    proc_stat_until(5000, 5100, 0);
    assert_int_equal(execs, 0);
    proc_stat(5000, 5100);
    assert_int_equal(execs, 1);
    proc_stat(4900, 5100);
    assert_int_equal(execs, 1);
    assert_int_equal(news, 1);
}

/* An exec begins while the program before it is read. */
static void an_exec_in_between(void **state)
{
    (void)state;
    proc_stat(8000, 8100);
    assert_false(mw_tree_exec_meanwhile(&tree, &tree.processes[0]));
    proc_stat_file(5000, 5100, 0);
    assert_false(mw_tree_exec_meanwhile(&tree, &tree.processes[0]));
    proc_stat(5000, 5100);
    assert_int_equal(settled, 1);
    assert_int_equal(execs, 0);
    proc_stat_file(7000, 7100, 7500); /* a whole one */
    assert_true(mw_tree_exec_meanwhile(&tree, &tree.processes[0]));
    update();
    assert_int_equal(settled, 1);
    assert_int_equal(execs, 0);
}

/* On a busy host an exec takes several updates. */
static void an_exec_in_progress_is_none(void **state)
{
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/7/exe", proc);
    assert_int_equal(symlink("/usr/bin/rank", path), 0);
    comm = "mpirun";
    proc_stat(0, 0);
    comm = "rank"; /* it has its name, but no stack yet */
    proc_stat(0, 0);
    assert_int_equal(execs, 0);
    assert_int_equal(settled, 0);
    proc_stat(8000, 8100);
    assert_int_equal(execs, 0);
    assert_int_equal(settled, 1);
    assert_string_equal(mw_tree_find(&tree, 7)->comm, "rank");
}

/* A process that may not be inspected has no stack to be seen, and no program file. */
static void another_name_where_nothing_else_is_known(void **state)
{
    (void)state;
    proc_stat(0, 0);
    comm = "other";
    proc_stat(0, 0);
    assert_int_equal(execs, 1);
    assert_int_equal(settled, 0);
}

static void old_and_seen(struct mw_tree_process *process)
{
    process->since_ns -= 2000000000;
    process->stat_next_ns = 0;
    update();
    mw_tree_rss(&tree, process);
}

static void nothing_is_new_where_memory_is_as_before(void **state)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct mw_tree_process *process;

    (void)state;
    proc_stat(8000, 8100);
    process = mw_tree_find(&tree, 7);
    assert_int_equal(mw_tree_rss(&tree, process), 10 * page);
    proc_stat(7000, 7100); /* young: checked often */
    assert_int_equal(execs, 1);
    old_and_seen(process);
    proc_stat(6000, 6100);
    assert_int_equal(execs, 1);
    proc_file("7/statm", "1000 11 5 1 0 20 0\n");
    update();
    assert_int_equal(execs, 2);
    assert_int_equal(mw_tree_rss(&tree, process), 11 * page);
    old_and_seen(process);
    process->stat_next_ns = 1; /* after some time */
    proc_stat(5000, 5100);
    assert_int_equal(execs, 3);
    old_and_seen(process);
    proc_file("7/stat", "7 (rank) Z 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 99 0 0 0 0 0 0 0 0 0 0 0 0\n");
    proc_file("7/statm", "0 0 0 0 0 0 0\n");
    update();
    assert_int_equal(ends, 1);
}

/* A process for which there is no memory is left out, and found when there is some. */
static void does_without_memory(void **state)
{
    (void)state;
    no_memory = true;
    proc_stat(8000, 8100);
    assert_false(mw_tree_knows(&tree, 7));
    assert_int_equal(tree.count, 0);
    assert_int_equal(news, 0);
    no_memory = false;
    comm = "rank";
    update();
    assert_true(mw_tree_knows(&tree, 7));
    assert_int_equal(news, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exec_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_exec_in_between, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_exec_in_progress_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_name_where_nothing_else_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_new_where_memory_is_as_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_without_memory, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
