/* SPDX-License-Identifier: MIT */
/* The process tree, with real processes. */
#include "launcher/sample/tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

static int news, execs, settled, ends;

/* Rounds of at least a millisecond until a test fails: far more than needed. */
#define PATIENCE 30000

static struct mw_tree tree;
static pid_t started[256]; /* by this process */
static int started_count;
static int gate[2]; /* a pipe: processes wait there until open_gate() */

static void wait_at_gate(void)
{
    char byte;

    if (read(gate[0], &byte, 1) != 1)
        _exit(126);
}

static void open_gate(void)
{
    assert_int_equal(write(gate[1], "", 1), 1);
}

static int set_up(void **state)
{
    (void)state;
    if (pipe2(gate, O_CLOEXEC))
        return -1;
    news = execs = settled = ends = started_count = 0;
    alarm(60); /* a test that hangs fails */
    return mw_tree_init(&tree, "/proc", getpid());
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < tree.count; i++)
        kill(tree.processes[i].pid, SIGKILL);
    for (int i = 0; i < started_count; i++)
        kill(started[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    mw_tree_fini(&tree);
    close(gate[0]);
    close(gate[1]);
    return 0;
}

static void count_events(size_t first)
{
    for (size_t i = first; i < tree.event_count; i++) {
        news += tree.events[i].change == MW_TREE_NEW;
        execs += tree.events[i].change == MW_TREE_EXEC;
        settled += tree.events[i].change == MW_TREE_SETTLED;
        ends += tree.events[i].change == MW_TREE_GONE;
    }
}

static void update(void)
{
    mw_tree_update(&tree);
    count_events(0);
}

static void adopt(pid_t pid)
{
    size_t first = tree.event_count;

    mw_tree_adopt(&tree, pid);
    count_events(first);
}

/* A child that sleeps until it is killed, or runs `then` first. */
static pid_t start(void (*then)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (then)
            then();
        for (;;)
            pause();
    }
    started[started_count++] = pid;
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    for (int i = 0; i < started_count; i++)
        if (started[i] == pid)
            started[i] = started[--started_count];
}

static const struct mw_tree_process *find(pid_t pid)
{
    for (size_t i = 0; i < tree.count; i++)
        if (tree.processes[i].pid == pid)
            return &tree.processes[i];
    return NULL;
}

static void follows_children_and_their_ends(void **state)
{
    pid_t a = start(NULL), b = start(NULL);

    (void)state;
    update();
    assert_int_equal(tree.count, 2);
    assert_non_null(find(a));
    assert_int_equal(find(a)->ppid, getpid());
    end(a);
    update();
    assert_int_equal(tree.count, 1);
    assert_null(find(a));
    assert_non_null(find(b));
    assert_int_equal(news, 2);
    assert_int_equal(ends, 1);
}

static void two_more(void)
{
    start(NULL);
    start(NULL);
}

static void follows_grandchildren(void **state)
{
    (void)state;
    start(two_more);
    for (int i = 0; i < PATIENCE && tree.count < 3; i++) {
        usleep(1000);
        update();
    }
    assert_int_equal(tree.count, 3);
}

/* The process before the daemon may be in the tree until it has ended. */
static void leave_a_daemon(void)
{
    if (fork() == 0) {
        pid_t pid;
        setsid();
        if (fork() != 0)
            _exit(0);
        pid = getpid();
        if (write(gate[1], &pid, sizeof(pid)) != sizeof(pid))
            _exit(126);
        for (;;)
            pause();
    }
    _exit(0);
}

static void keeps_daemons(void **state)
{
    pid_t parent, daemon;

    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    parent = start(leave_a_daemon);
    waitpid(parent, NULL, 0);
    assert_int_equal(read(gate[0], &daemon, sizeof(daemon)), sizeof(daemon));
    for (int i = 0; i < PATIENCE; i++) { /* until only the daemon is left, and is our child */
        usleep(1000);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        update();
        if (tree.count == 1 && find(daemon) && find(daemon)->ppid == getpid())
            break;
    }
    usleep(10000);
    update();
    assert_int_equal(tree.count, 1);
    assert_non_null(find(daemon));
}

static void become_sleep(void)
{
    wait_at_gate();
    execlp("sleep", "sleep", "100", (char *)NULL);
    _exit(127);
}

static void sees_an_exec(void **state)
{
    pid_t pid = start(become_sleep);

    (void)state;
    update();
    assert_int_equal(execs, 0);
    open_gate();
    for (int i = 0; i < PATIENCE && !execs; i++) {
        usleep(1000);
        update();
    }
    assert_int_equal(execs, 1);
    assert_int_equal(news, 1);
    assert_non_null(find(pid));
}

static void adopts(void **state)
{
    (void)state;
    adopt(getppid());
    adopt(getppid());
    assert_int_equal(tree.count, 1);
    adopt(getpid()); /* the root itself is not part of the tree */
    adopt(1 << 30);
    adopt(-5);
    assert_int_equal(tree.count, 1);
    tree.count = 0; /* not to be killed by the tear-down */
    news = 0;
}

static void does_without_descriptors(void **state)
{
    struct rlimit before, few;
    int taken[64];
    int n = 0;
    pid_t pid = start(NULL);

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    few = before;
    few.rlim_cur = 32;
    setrlimit(RLIMIT_NOFILE, &few);
    while (n < 64 && (taken[n] = open("/dev/null", O_RDONLY)) >= 0)
        n++;
    close(taken[--n]); /* one is left: enough to open, read and close */
    update();
    update();
    assert_int_equal(tree.count, 1);
    assert_int_equal(ends, 0);
    while (n > 0)
        close(taken[--n]);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_non_null(find(pid));
}

/* A vfork child before exec: it uses its parent's memory. */
static void lend_memory(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        wait_at_gate();
        execlp("sleep", "sleep", "100", (char *)NULL);
        _exit(127);
    }
}

static const struct mw_tree_process *only_child_of(pid_t pid)
{
    for (size_t i = 0; i < tree.count; i++)
        if (tree.processes[i].ppid == pid)
            return &tree.processes[i];
    return NULL;
}

static void detects_shared_memory_of_a_copy(void **state)
{
    bool borrowed = false;
    pid_t parent;

    (void)state;
    skip_if_emulated();
    parent = start(lend_memory);
    for (int i = 0; i < PATIENCE && !borrowed; i++) {
        const struct mw_tree_process *child;
        usleep(1000);
        update();
        child = only_child_of(parent);
        borrowed = child && child->borrows;
    }
    assert_true(borrowed);
    open_gate();
    for (int i = 0; i < PATIENCE && !execs; i++) {
        usleep(1000);
        update();
    }
    assert_int_equal(execs, 1);
    assert_false(only_child_of(parent)->borrows);
    assert_false(find(parent)->borrows);
    kill(only_child_of(parent)->pid, SIGKILL);
}

static void a_forked_child_owns_its_memory(void **state)
{
    (void)state;
    start(two_more);
    for (int i = 0; i < PATIENCE && tree.count < 3; i++) {
        usleep(1000);
        update();
    }
    for (size_t i = 0; i < tree.count; i++)
        assert_true(tree.processes[i].owns && !tree.processes[i].borrows);
}

static void leaves_one_out(void **state)
{
    pid_t ours = start(NULL), pid = start(NULL);

    (void)state;
    tree.left_out = ours;
    update();
    assert_int_equal(tree.count, 1);
    assert_non_null(find(pid));
    end(ours);
}

static void does_without_children_files(void **state)
{
    pid_t pid = start(two_more);

    (void)state;
    tree.no_children_file = true;
    for (int i = 0; i < PATIENCE && tree.count < 3; i++) {
        usleep(1000);
        update();
    }
    assert_int_equal(tree.count, 3);
    assert_true(tree.scan_next_ns > tree.now); /* not on every update */
    assert_non_null(find(pid));
}

static void many(void **state)
{
    pid_t pids[200];

    (void)state;
    for (int i = 0; i < 200; i++)
        pids[i] = start(NULL);
    update();
    assert_int_equal(tree.count, 200);
    for (int i = 0; i < 200; i += 2)
        end(pids[i]);
    update();
    assert_int_equal(tree.count, 100);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(find(pids[i]) != NULL, i % 2);
        assert_ptr_equal(mw_tree_find(&tree, pids[i]), find(pids[i]));
    }
    assert_int_equal(ends, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(follows_children_and_their_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(follows_grandchildren, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_daemons, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sees_an_exec, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adopts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_without_descriptors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(detects_shared_memory_of_a_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forked_child_owns_its_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_one_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_without_children_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
