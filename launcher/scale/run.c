/* SPDX-License-Identifier: MIT */
#include "launcher/scale/run.h"

#include "collector/base/clock.h"
#include "collector/base/io.h"
#include "collector/base/message.h"
#include "collector/base/safe_open.h"
#include "collector/base/text.h"
#include "collector/base/units.h"
#include "launcher/process/spawn.h"
#include "launcher/process/wait_child.h"
#include "launcher/scale/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct paths {
    char record[PATH_MAX], failed[PATH_MAX], part[PATH_MAX], log[PATH_MAX];
};

static bool name_paths(struct paths *paths, const char *dir, const char *name)
{
    return snprintf(paths->record, PATH_MAX, "%s/%s.json", dir, name) < PATH_MAX &&
           snprintf(paths->failed, PATH_MAX, "%s/%s.failed.json", dir, name) < PATH_MAX &&
           snprintf(paths->part, PATH_MAX, "%s/.%s.part", dir, name) < PATH_MAX &&
           snprintf(paths->log, PATH_MAX, "%s/%s.log", dir, name) < PATH_MAX;
}

/* Other users may be able to write to the directory: does not write through their links or to their files. */
static int open_log(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0666);
    struct stat st;

    if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1 && !ftruncate(fd, 0))
        return fd;
    if (fd >= 0) {
        close(fd);
        errno = EEXIST;
    }
    return -1;
}

/* In the child: does not return. `self` is this program. */
static void become_run(const char *self, const struct mw_scale_options *options, const struct paths *paths, char **command,
                       const struct mw_spawn_inherit *inherit)
{
    int log = open_log(paths->log);
    const char *head[10] = {"memwatch", "run", "--quiet", "--no-save", "--force", "-o", paths->part};
    size_t words = 7, count = 0;
    const char **argv;

    if (options->exact)
        head[words++] = "--exact";
    if (options->debuginfod)
        head[words++] = "--debuginfod";
    head[words++] = "--";
    while (command[count])
        count++;
    argv = calloc(words + count + 1, sizeof(*argv));
    if (log < 0 || !argv) {
        mw_message("memwatch: cannot write %s: %s\n", paths->log, strerror(errno));
        _exit(125);
    }
    memcpy(argv, head, words * sizeof(*argv));
    memcpy(argv + words, command, count * sizeof(*argv));
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    mw_spawn_release(inherit);
    execv(self, (char **)(uintptr_t)argv);
    mw_message("memwatch: cannot start %s: %s\n", self, strerror(errno));
    _exit(125);
}

/* The last line printed by a failed run often shows the reason. */
static void print_last_line(const char *log)
{
    char text[4096], *rest = text, *line, none[] = "", *last = none;
    uint64_t size;
    ssize_t length = -1;
    int fd = mw_safe_open_path(log, &size, NULL);

    if (fd >= 0) {
        length = mw_io_pread(fd, text, sizeof(text) - 1, size < sizeof(text) ? 0 : (off_t)(size - (sizeof(text) - 1)));
        close(fd);
    }
    text[length > 0 ? length : 0] = '\0';
    while ((line = strsep(&rest, "\n")))
        if (line[strspn(line, " \t-")])
            last = line;
    mw_text_clean_line(last);
    if (last[0])
        mw_message("    %.400s\n", last);
}

/* Returns whether the run succeeded. */
static bool run_one(const char *self, const struct mw_scale_options *options, const struct paths *paths, char **command,
                    const struct mw_spawn_inherit *inherit, struct mw_wait_child *waiting)
{
    uint64_t begin = mw_clock_now();
    pid_t pid;
    int status;

    pid = mw_wait_child_fork(waiting);
    if (pid == 0)
        become_run(self, options, paths, command, inherit);
    if (pid < 0) {
        mw_message("cannot start: %s\n", strerror(errno));
        return false;
    }
    status = mw_wait_child_run(waiting, pid);
    if (status == 0 && !rename(paths->part, paths->record)) {
        unlink(paths->failed);
        mw_message("%s\n", mw_units_time(mw_clock_now() - begin).text);
        return true;
    }
    rename(paths->part, paths->failed);
    if (mw_wait_child_is_ended(waiting)) {
        mw_message("interrupted\n");
        return false;
    }
    mw_message("failed with status %d: see %s\n", status, paths->log);
    print_last_line(paths->log);
    return false;
}

static int run_missing(const char *self, const struct mw_scale_options *options, const char *dir, bool *interrupted,
                       struct mw_err *err)
{
    size_t count = mw_scale_plan_count(options), there = 0;
    struct mw_spawn_inherit inherit;
    struct mw_wait_child waiting;
    int failed = 0;

    mw_spawn_hold(&inherit);
    if (mw_wait_child_begin(&waiting, err) < 0)
        return -1;
    for (size_t i = 0; i < count && !mw_wait_child_is_ended(&waiting) && failed >= 0; i++) {
        struct mw_scale_step step;
        struct paths paths;
        char **command;
        mw_scale_plan_step(options, i, &step);
        if (!name_paths(&paths, dir, step.name)) {
            failed = mw_err_set(err, "%s: the path is too long", dir);
            break;
        }
        if (!access(paths.record, F_OK)) {
            there++;
            continue;
        }
        command = mw_scale_plan_command(options, &step, err);
        if (!command) {
            failed = -1;
            break;
        }
        mw_message("memwatch: run %zu of %zu  %s  ", i + 1, count, step.name);
        failed += !run_one(self, options, &paths, command, &inherit, &waiting);
        mw_scale_plan_free(command);
    }
    *interrupted = mw_wait_child_is_ended(&waiting);
    mw_wait_child_end(&waiting);
    mw_spawn_release(&inherit);
    if (there && failed >= 0)
        mw_message("memwatch: %zu of %zu runs already exist in %s\n", there, count, dir);
    return failed;
}

int mw_scale_run_all(const struct mw_scale_options *options, bool *interrupted, struct mw_err *err)
{
    const char *dir = options->dir ? options->dir : MW_SCALE_DIR;
    char self[PATH_MAX];
    struct mw_scale_step first;
    char **command;
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    *interrupted = false;
    if (length < 0)
        return mw_err_set(err, "cannot find the memwatch executable: %s", strerror(errno));
    self[length] = '\0';
    mw_scale_plan_step(options, 0, &first);
    command = mw_scale_plan_command(options, &first, err);
    if (!command)
        return -1;
    mw_scale_plan_free(command);
    if (mkdir(dir, 0777) && errno != EEXIST)
        return mw_err_set(err, "cannot create %s: %s", dir, strerror(errno));
    return run_missing(self, options, dir, interrupted, err);
}
