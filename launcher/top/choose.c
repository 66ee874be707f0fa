/* SPDX-License-Identifier: MIT */
#include "launcher/top/choose.h"

#include "collector/base/clock.h"
#include "collector/base/text.h"
#include "launcher/process/environment.h"
#include "launcher/rundir/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- by a pid ---- */

/* 0 if it is the name of a file, or not a number. */
static pid_t pid_of(const char *text)
{
    char *end;
    long pid;

    if (strspn(text, "0123456789") != strlen(text) || !access(text, F_OK))
        return 0;
    pid = strtol(text, &end, 10);
    return pid > 0 && pid < INT32_MAX ? (pid_t)pid : 0;
}

/* The run directory in the environment of a process. */
static bool read_variable(char path[PATH_MAX], int procfd, pid_t pid)
{
    struct mw_environment environment;
    const char *value = NULL;

    if (!mw_environment_read(&environment, procfd, pid))
        value = mw_environment_value(environment.text, environment.size, "MEMWATCH_RUN_DIR");
    if (value)
        snprintf(path, PATH_MAX, "%s", value);
    mw_environment_free(&environment);
    return value;
}

/* memwatch itself has no such variable: the command that it has started has it. */
static bool read_of_children(char path[PATH_MAX], int procfd, pid_t pid)
{
    char name[64];
    bool found = false;
    FILE *children;
    long child;
    int fd;

    snprintf(name, sizeof(name), "%ld/task/%ld/children", (long)pid, (long)pid);
    fd = openat(procfd, name, O_RDONLY | O_CLOEXEC);
    children = fd < 0 ? NULL : fdopen(fd, "r");
    while (children && !found && fscanf(children, "%ld", &child) == 1)
        found = read_variable(path, procfd, (pid_t)child);
    if (children)
        fclose(children);
    return found;
}

static int choose_by_pid(char path[PATH_MAX], pid_t pid, struct mw_err *err)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char name[32];
    bool exists, found;

    snprintf(name, sizeof(name), "%ld", (long)pid);
    exists = !faccessat(procfd, name, F_OK, 0);
    found = read_variable(path, procfd, pid) || read_of_children(path, procfd, pid);
    close(procfd);
    if (found)
        return 0;
    return mw_err_set(err,
                      exists ? "process %ld is not one of a job under memwatch, or belongs to another user"
                             : "there is neither a file nor a process %ld",
                      (long)pid);
}

/* ---- of all running jobs ---- */

static bool is_running(const struct mw_runs_one *run)
{
    return run->state == MW_RUNS_RUNNING || run->state == MW_RUNS_ORPHANED;
}

static size_t keep_running(struct mw_runs_one *runs, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (is_running(&runs[i]))
            runs[kept++] = runs[i];
    return kept;
}

static void print_choice(size_t number, const struct mw_runs_one *run)
{
    time_t began = (time_t)(run->wall_ns / MW_NS_PER_SEC);
    char when[16] = "?", command[sizeof(run->command)];
    struct tm local;

    if (run->wall_ns && localtime_r(&began, &local))
        strftime(when, sizeof(when), "%H:%M:%S", &local);
    snprintf(command, sizeof(command), "%s", run->command);
    mw_text_clean(command);
    printf("%3zu  since %s  %u rank%s  %s\n", number, when, run->ranks, run->ranks == 1 ? "" : "s", command);
}

/* Returns the index of the chosen run, or -1 with a line in err if the user gives none. */
static long ask(const struct mw_runs_one *runs, size_t count, struct mw_err *err)
{
    char line[64], *end;
    long number;

    for (size_t i = 0; i < count; i++)
        print_choice(i + 1, &runs[i]);
    for (;;) {
        printf("Which of these %zu jobs (Enter: 1)? ", count);
        fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            return mw_err_set(err, "no job was chosen");
        number = strtol(line, &end, 10);
        if (end == line && *end == '\n')
            return 0;
        if (*end == '\n' && number >= 1 && (size_t)number <= count)
            return number - 1;
    }
}

static int list_all(const struct mw_runs_one *runs, size_t count, struct mw_err *err)
{
    char list[400] = "";

    for (size_t i = 0; i < count; i++)
        if (strlen(list) + strlen(runs[i].path) + 1 < sizeof(list))
            strcat(strcat(list, " "), runs[i].path);
    return mw_err_set(err, "%zu jobs are running: give one of these to memwatch top:%s", count, list);
}

int mw_top_choose(char path[PATH_MAX], const struct mw_top_options *options, struct mw_err *err)
{
    pid_t pid = options->path ? pid_of(options->path) : 0;
    struct mw_runs_one *runs;
    size_t count;
    long which = 0;

    if (pid)
        return choose_by_pid(path, pid, err);
    if (options->path)
        return snprintf(path, PATH_MAX, "%s", options->path) < PATH_MAX
                   ? 0
                   : mw_err_set(err, "cannot open %s: %s", options->path, strerror(ENAMETOOLONG));
    runs = mw_runs_list(options->base_dir, &count);
    count = keep_running(runs, count);
    if (!count)
        which = mw_err_set(err, "you have no job running under memwatch on this host (start one with memwatch run)");
    else if (count > 1)
        which = options->once ? list_all(runs, count, err) : ask(runs, count, err);
    if (which >= 0)
        snprintf(path, PATH_MAX, "%s", runs[which].path);
    free(runs);
    return which < 0 ? -1 : 0;
}
