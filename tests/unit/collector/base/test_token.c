/* SPDX-License-Identifier: MIT */
/* How a directory is recognized as a run directory: its name, its token, the locks on it; and which files in it may be
 * removed. */
#include "collector/base/file_names.h"
#include "collector/base/names.h"
#include "collector/base/token.h"
#include "collector/journal/alive.h"
#include "collector/journal/record.h"
#include "collector/view/wait_log.h"
#include "launcher/hosts/host_files.h"
#include "launcher/rundir/rundir.h"
#include "launcher/rundir/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define REST "host elsewhere\nboot 0-1\npidns 4\n"

static char base[64];
static struct mw_rundir dir;

static int set_up(void **state)
{
    (void)state;
    strcpy(base, "/tmp/mwtoken-XXXXXX");
    if (!mkdtemp(base))
        return -1;
    return mw_rundir_create(&dir, base, NULL);
}

static int tear_down(void **state)
{
    char command[96];

    (void)state;
    mw_rundir_close(&dir);
    snprintf(command, sizeof(command), "rm -rf '%s'", base);
    return system(command);
}

static void put(const char *name)
{
    int fd = openat(dir.fd, name, O_WRONLY | O_CREAT, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static bool opens(const char *path)
{
    struct mw_rundir other;
    struct mw_err err = {""};

    if (mw_rundir_open(&other, path, &err) < 0) {
        assert_string_not_equal(err.text, "");
        return false;
    }
    mw_rundir_close(&other);
    return true;
}

/* Replaces the token's text. */
static void write_token(const char *id, const char *rest)
{
    int fd = openat(dir.fd, MW_FILE_TOKEN, O_WRONLY | O_TRUNC);

    assert_true(fd >= 0);
    assert_true(!*id || dprintf(fd, "memwatch-run 1\nid %s\n%s", id, rest) > 0);
    close(fd);
}

static void test_names(void **state)
{
    char name[128];

    (void)state;
    snprintf(name, sizeof(name), "/dev/shm/memwatch-%ld-00ff00ff00ff00ff", (long)geteuid());
    assert_string_equal(mw_token_id(name), "00ff00ff00ff00ff");
    assert_non_null(mw_token_id(strrchr(name, '/') + 1));
    strcat(name, "0");
    assert_null(mw_token_id(name));
    snprintf(name, sizeof(name), "memwatch-%ld-00FF00ff00ff00ff", (long)geteuid());
    assert_null(mw_token_id(name));
    snprintf(name, sizeof(name), "memwatch-%ld-00ff00ff00ff00ff", (long)geteuid() + 1);
    assert_null(mw_token_id(name));
    assert_null(mw_token_id(""));
}

static void test_own_files(void **state)
{
    static const char *const own[] = {"memwatch-run",
                                      "journal-0123456789abcdef-a-b.c-12",
                                      "journal-0123456789abcdef-a-1.4026532501",
                                      "exits-a",
                                      "view-_",
                                      "peer-x",
                                      "agent-x-1",
                                      "outside-y",
                                      "gathered-0123456789abcdef",
                                      "gathered-0123456789abcdef.part",
                                      "reported",
                                      "kept",
                                      "libmemwatch-pmpi.so"};
    static const char *const foreign[] = {"",
                                          "thesis.tex",
                                          "journal",
                                          "journal-",
                                          "journal-0123456789abcdef-a-",
                                          "journal-0123456789abcdef--12",
                                          "journal-0123456789ABCDEF-a-12",
                                          "exits-",
                                          "exits-a b",
                                          "gathered-0123456789abcdef.par",
                                          "gathered-0123456789abcdeg",
                                          "reported2",
                                          "akept",
                                          "memwatch-run~",
                                          "journal-0123456789abcdef-a-12345678901"};

    (void)state;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (!mw_host_files_is_own(own[i]))
            fail_msg("%s is ours", own[i]);
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (mw_host_files_is_own(foreign[i]))
            fail_msg("%s is not ours", foreign[i]);
    assert_int_equal(mw_host_files_kind("memwatch-run", "a"), MW_HOST_FILE_NONE); /* no agent may send it */
    assert_int_equal(mw_host_files_kind("reported", "a"), MW_HOST_FILE_NONE);
    assert_int_equal(mw_host_files_kind("view-b", "a"), MW_HOST_FILE_NONE);
    assert_int_equal(mw_host_files_kind("view-a", "a"), MW_HOST_FILE_VIEW);
}

static void test_only_own_directories_open(void **state)
{
    static char other[PATH_MAX + 32], link[PATH_MAX];
    char id[MW_TOKEN_DIGITS + 1];
    struct mw_token token;

    (void)state;
    strcpy(id, mw_token_id(dir.path));
    snprintf(other, sizeof(other), "%s/", dir.path);
    assert_true(opens(dir.path) && opens(other));
    snprintf(link, sizeof(link), "%s/memwatch-%ld-0000000000000001", base, (long)geteuid());
    assert_int_equal(symlink(dir.path, link), 0);
    assert_false(opens(link));
    snprintf(other, sizeof(other), "%s/", link);
    assert_false(opens(other));
    snprintf(other, sizeof(other), "%s/other", base);
    assert_int_equal(symlink(base, other), 0); /* links in the path to it are the user's */
    snprintf(other, sizeof(other), "%s/other/%s", base, strrchr(dir.path, '/') + 1);
    assert_true(opens(other));
    chmod(dir.path, 0750);
    assert_false(opens(dir.path));
    chmod(dir.path, 0700);
    write_token("0123456789abcdef", REST); /* a copy */
    assert_false(opens(dir.path));
    write_token(id, "host a\n");
    assert_false(opens(dir.path));
    mw_token_repair(dir.token_fd, id);
    assert_true(opens(dir.path));
    write_token("", ""); /* truncated: a token of memwatch, but nothing else is known */
    assert_true(opens(dir.path));
    mw_token_repair(dir.token_fd, id);
    assert_true(mw_token_open(dir.fd, &token) > 0);
    assert_true(mw_token_is_here(&token));
    snprintf(other, sizeof(other), "%s/second", base);
    assert_int_equal(linkat(dir.fd, MW_FILE_TOKEN, AT_FDCWD, other, 0), 0);
    assert_false(opens(dir.path));
    unlink(other);
    unlinkat(dir.fd, MW_FILE_TOKEN, 0);
    assert_false(opens(dir.path));
    assert_int_equal(symlinkat("/etc/passwd", dir.fd, MW_FILE_TOKEN), 0);
    assert_false(opens(dir.path));
    unlinkat(dir.fd, MW_FILE_TOKEN, 0);
    assert_int_equal(mkfifoat(dir.fd, MW_FILE_TOKEN, 0600), 0);
    assert_false(opens(dir.path));
}

static void test_identity(void **state)
{
    struct mw_token token, other;

    (void)state;
    mw_token_here(&token, "0123456789abcdef");
    if (!token.pid_namespace || !strcmp(token.boot, "-"))
        skip();
    assert_true(mw_token_is_here(&token));
    other = token;
    other.pid_namespace++;
    assert_false(mw_token_is_here(&other));
    other = token;
    other.boot[0] = other.boot[0] == '0' ? '1' : '0';
    assert_false(mw_token_is_here(&other));
    other = token;
    strcpy(other.boot, "-");
    assert_false(mw_token_is_here(&other));
    other = token;
    other.host[0] ^= 1;
    assert_false(mw_token_is_here(&other));
}

/* The lock as another process sees it. Open file descriptions, not processes, hold it. */
static enum mw_token_lock launchers_lock(void)
{
    struct mw_token token;
    int fd = mw_token_open(dir.fd, &token);
    enum mw_token_lock lock = mw_token_launcher(fd);

    close(fd);
    return lock;
}

static void test_locks(void **state)
{
    struct mw_token token;
    int other, user;

    (void)state;
    assert_int_equal(launchers_lock(), MW_TOKEN_HELD);
    assert_int_equal(mw_token_launcher(dir.token_fd), MW_TOKEN_FREE); /* its own lock does not count as another's */
    other = mw_token_open(dir.fd, &token);
    assert_false(mw_token_claim(other));
    close(dir.token_fd);
    dir.token_fd = -1;
    assert_int_equal(launchers_lock(), MW_TOKEN_FREE);
    user = mw_token_join(dir.fd, token.id);
    assert_true(user >= 0);
    assert_int_equal(mw_token_users(other), MW_TOKEN_HELD);
    assert_int_equal(mw_token_launcher(other), MW_TOKEN_FREE);
    assert_false(mw_token_claim(other));
    close(user);
    assert_true(mw_token_claim(other));
    errno = 0;
    assert_int_equal(mw_token_join(dir.fd, token.id), -1);
    assert_int_equal(errno, EAGAIN);
    close(other);
}

/* A lock ends with its holder, however the holder ends, and is not inherited by the programs that it starts. */
static void test_a_killed_launcher(void **state)
{
    int ready[2], called[2], status; /* `called`: open until the second child has called exec */
    pid_t pid;
    char byte;

    (void)state;
    mw_rundir_remove(&dir);
    mw_rundir_close(&dir);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe2(called, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        if (mw_rundir_create(&dir, base, NULL) < 0 || write(ready[1], dir.path, sizeof(dir.path)) < 0)
            _exit(1);
        if (fork() == 0) {
            execlp("sleep", "sleep", "3", (char *)NULL);
            _exit(1);
        }
        close(called[1]);
        pause();
    }
    close(called[1]);
    assert_int_equal(read(ready[0], dir.path, sizeof(dir.path)), sizeof(dir.path));
    dir.fd = mw_token_open_private(dir.path, NULL);
    assert_int_equal(launchers_lock(), MW_TOKEN_HELD);
    assert_int_equal(read(called[0], &byte, 1), 0);
    close(called[0]);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(launchers_lock(), MW_TOKEN_FREE);
    close(ready[0]);
    close(ready[1]);
}

static void test_leaving(void **state)
{
    (void)state;
    mw_token_leave(dir.fd, dir.path); /* the launcher uses it */
    assert_int_equal(faccessat(dir.fd, MW_FILE_TOKEN, F_OK, 0), 0);
    close(dir.token_fd);
    dir.token_fd = -1;
    mw_token_leave(dir.fd, dir.path); /* the exits file exists */
    assert_int_equal(mw_rundir_place(&dir), MW_RUNDIR_THERE);
    assert_int_equal(faccessat(dir.fd, MW_FILE_TOKEN, F_OK, 0), 0);
    mw_rundir_remove(&dir);
    assert_int_equal(mw_rundir_place(&dir), MW_RUNDIR_GONE);
}

static void test_foreign_files_stay(void **state)
{
    (void)state;
    put("thesis.tex");
    put("journal-0123456789abcdef-a-12");
    assert_int_equal(mkdirat(dir.fd, "view-b", 0700), 0);
    assert_int_equal(symlinkat(base, dir.fd, "exits-link"), 0);
    mw_rundir_remove(&dir);
    assert_int_equal(mw_rundir_place(&dir), MW_RUNDIR_THERE);
    assert_int_equal(faccessat(dir.fd, "thesis.tex", F_OK, 0), 0);
    assert_int_equal(faccessat(dir.fd, "view-b", F_OK, 0), 0);
    assert_int_not_equal(faccessat(dir.fd, "journal-0123456789abcdef-a-12", F_OK, 0), 0);
    assert_int_not_equal(faccessat(dir.fd, "exits-link", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(access(base, F_OK), 0);
    assert_false(opens(dir.path)); /* it is no longer a run directory */
}

/* Processes are only counted, and MPI starters only write, if these files exist. */
static bool has_logs(void)
{
    char exits[16 + MW_HOSTNAME_SIZE] = MW_FILE_EXITS, waits[16 + MW_HOSTNAME_SIZE] = MW_FILE_WAITS;

    mw_hostname_local(exits + strlen(exits));
    mw_hostname_local(waits + strlen(waits));
    return !faccessat(dir.fd, exits, F_OK, 0) && !faccessat(dir.fd, waits, F_OK, 0);
}

static void empty(void)
{
    struct mw_names names;

    assert_int_equal(mw_names_list(&names, dir.fd, "", NULL), 0);
    for (size_t i = 0; i < names.count; i++)
        unlinkat(dir.fd, names.items[i], 0);
    mw_names_fini(&names);
}

/* Another directory at the path is not touched, and neither is the one that was moved. */
static void test_replaced(void **state)
{
    char moved[128], inside[160];

    (void)state;
    snprintf(moved, sizeof(moved), "%s/moved", base);
    assert_int_equal(rename(dir.path, moved), 0);
    assert_int_equal(mkdir(dir.path, 0700), 0);
    assert_int_equal(mw_rundir_place(&dir), MW_RUNDIR_MOVED);
    mw_rundir_remove(&dir);
    assert_int_equal(mw_token_rmdir(dir.fd, dir.path), -1);
    assert_int_equal(access(dir.path, F_OK), 0);
    snprintf(inside, sizeof(inside), "%s/" MW_FILE_TOKEN, moved);
    assert_int_equal(access(inside, F_OK), 0);
    rmdir(dir.path);
    assert_int_equal(mw_rundir_again(&dir), 0);
    assert_int_equal(mw_rundir_place(&dir), MW_RUNDIR_THERE);
    assert_int_equal(launchers_lock(), MW_TOKEN_HELD);
    assert_true(opens(dir.path));
    assert_true(has_logs());
    empty();
    assert_false(mw_rundir_has_token(&dir));
    assert_false(has_logs());
    mw_rundir_refill(&dir);
    assert_true(mw_rundir_has_token(&dir));
    assert_true(has_logs());
    assert_int_equal(launchers_lock(), MW_TOKEN_HELD);
}

static enum mw_runs_state state_of(const char *path)
{
    size_t count;
    struct mw_runs_one *runs = mw_runs_list(base, &count);
    int state = -1;

    for (size_t i = 0; i < count; i++)
        if (!strcmp(runs[i].path, path))
            state = (int)runs[i].state;
    free(runs);
    return (enum mw_runs_state)state;
}

static void test_runs(void **state)
{
    struct mw_err err;
    char id[MW_TOKEN_DIGITS + 1];

    (void)state;
    strcpy(id, mw_token_id(dir.path));
    assert_int_equal(state_of(dir.path), MW_RUNS_RUNNING);
    assert_int_equal(mw_runs_remove(dir.path, true, &err), -1); /* not even by force */
    write_token(id, REST);
    mw_rundir_mark(&dir, MW_RUNDIR_REPORTED);
    assert_int_equal(state_of(dir.path), MW_RUNS_RUNNING);
    close(dir.token_fd);
    dir.token_fd = -1;
    assert_int_equal(state_of(dir.path), MW_RUNS_UNKNOWN);
    mw_runs_clean(base, true);
    assert_int_equal(state_of(dir.path), MW_RUNS_UNKNOWN);
    assert_int_equal(mw_runs_remove(dir.path, false, &err), -1);
    assert_non_null(strstr(err.text, "elsewhere"));
    assert_int_equal(mw_runs_remove(dir.path, true, &err), 0);
    assert_int_equal(mw_rundir_place(&dir), MW_RUNDIR_GONE);
}

/* A rank of another PID namespace has left its journal in a directory that was created here. */
static void test_ranks_outside(void **state)
{
    char mark[sizeof(MW_FILE_OUTSIDE) + MW_HOSTNAME_SIZE] = MW_FILE_OUTSIDE, host[64] = "";
    struct mw_alive alive;

    (void)state;
    gethostname(host, sizeof(host) - 1);
    mw_alive_open(&alive, dir.fd);
    if (!alive.pids_known) {
        mw_alive_close(&alive);
        skip();
    }
    assert_true(mw_alive_is_here(&alive, host));
    assert_false(mw_alive_is_here(&alive, "elsewhere"));
    assert_int_equal(mw_alive_launcher(&alive, host, 1, 1), MW_ALIVE_LIVES);
    mw_hostname_local(mark + strlen(mark));
    put(mark);
    assert_false(mw_alive_is_here(&alive, host));
    mw_alive_close(&alive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_own_files),
        cmocka_unit_test_setup_teardown(test_only_own_directories_open, set_up, tear_down),
        cmocka_unit_test(test_identity),
        cmocka_unit_test_setup_teardown(test_locks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_killed_launcher, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_leaving, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign_files_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ranks_outside, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
