/* SPDX-License-Identifier: MIT */
#include "launcher/run/repeat.h"

#include "collector/base/mem.h"
#include "collector/base/message.h"
#include "collector/report/repeat.h"
#include "launcher/options/exit_status.h"
#include "launcher/process/wait_child.h"
#include "launcher/rundir/rundir.h"
#include "launcher/rundir/source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where the suffix of a file name begins: ".json", also ".pb.gz"; at its end if there is none. */
static size_t suffix_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

    if (dot && !strcmp(dot, ".gz"))
        for (const char *before = dot; before > name; before--)
            if (before[-1] == '.') {
                dot = before - 1;
                break;
            }
    return dot && dot > name ? (size_t)(dot - path) : strlen(path);
}

char *mw_repeat_name(const char *path, int number)
{
    size_t size = strlen(path) + 16, suffix = suffix_of(path);
    char *text = mw_mem_alloc(1, size);

    snprintf(text, size, "%.*s.%d%s", (int)suffix, path, number, path + suffix);
    return text;
}

/* "-" was rejected before. NULL stays NULL. */
static const char *numbered(const char *path, int number)
{
    return path ? mw_repeat_name(path, number) : NULL;
}

/* In the child: does not return. */
static void run_there(const struct mw_run_options *options, int number, mw_repeat_once *once, char *kept)
{
    struct mw_run_options own = *options;
    int status;

    for (int i = 0; i < MW_FORMS; i++)
        own.forms.paths[i] = numbered(options->forms.paths[i], number);
    own.checks.results.junit = numbered(options->checks.results.junit, number);
    status = once(&own, kept);
    fflush(NULL);
    _exit(status);
}

/* Results of the runs: for each job of the command, if it starts several, by order. */
struct repeated {
    struct repeated_job {
        struct mw_compare *axes[MW_REPORT_REPEAT_AXES];
    } * jobs;
    size_t count;
};

static void take(struct repeated *repeated, const struct mw_model *model)
{
    static const enum mw_compare_by by[MW_REPORT_REPEAT_AXES] = {MW_COMPARE_BY_PHASE, MW_COMPARE_BY_RANK};

    while (repeated->count < mw_model_parts(model)) {
        struct repeated_job *job = MW_MEM_PUSH(repeated->jobs, repeated->count);
        for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
            job->axes[i] = mw_compare_create(by[i], 0);
    }
    for (size_t k = 0; k < mw_model_parts(model); k++)
        for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
            mw_compare_add_run(repeated->jobs[k].axes[i], MW_COMPARE_CANDIDATE, mw_model_part(model, k));
}

static void write_all(const struct repeated *repeated, const struct mw_report_style *style)
{
    for (size_t k = 0; k < repeated->count; k++) {
        struct repeated_job *job = &repeated->jobs[k];
        for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
            mw_compare_judge(job->axes[i]);
        mw_report_repeat_write(stderr, (const struct mw_compare *const *)job->axes, style);
    }
}

static void free_all(struct repeated *repeated)
{
    for (size_t k = 0; k < repeated->count; k++)
        for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
            mw_compare_destroy(repeated->jobs[k].axes[i]);
    free(repeated->jobs);
}

/* Adds the results of a run, and removes its directory unless the user wants to keep it. */
static void collect(const struct mw_run_options *options, const char *kept, struct repeated *repeated)
{
    struct mw_model *model;
    struct mw_rundir dir;
    struct mw_err err;

    if (!*kept)
        return;
    model = mw_source_read(kept, &err);
    if (model)
        take(repeated, model);
    else
        mw_message("memwatch: %s\n", err.text);
    mw_model_destroy(model);
    if (options->keep || mw_rundir_open(&dir, kept, NULL))
        return;
    mw_rundir_remove(&dir);
    mw_rundir_close(&dir);
}

/* Returns the exit status of the run. */
static int run_one(struct mw_wait_child *waiting, const struct mw_run_options *options, int number, mw_repeat_once *once,
                   char *kept)
{
    pid_t pid;

    *kept = '\0';
    pid = mw_wait_child_fork(waiting);
    if (pid == 0)
        run_there(options, number, once, kept);
    if (pid > 0)
        return mw_wait_child_run(waiting, pid);
    mw_message("memwatch: cannot start run %d: %s\n", number, strerror(errno));
    return MW_EXIT_FAILURE;
}

static int run_all(const struct mw_run_options *options, mw_repeat_once *once, char *kept, struct repeated *repeated)
{
    struct mw_wait_child waiting;
    struct mw_err err;
    int first = 0, status = 0;

    if (mw_wait_child_begin(&waiting, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return MW_EXIT_FAILURE;
    }
    /* After a run that could not be started, or was killed, no further run is made. */
    for (int number = 1; number <= options->repeat && status < MW_EXIT_FAILURE && !mw_wait_child_is_ended(&waiting); number++) {
        status = run_one(&waiting, options, number, once, kept);
        collect(options, kept, repeated);
        if (!first)
            first = status;
    }
    mw_wait_child_end(&waiting);
    return first;
}

int mw_repeat_run(const struct mw_run_options *options, mw_repeat_once *once)
{
    char *kept = mmap(NULL, PATH_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct repeated repeated = {0};
    struct mw_report_style style = mw_display_style(&options->display, STDERR_FILENO);
    int status = MW_EXIT_FAILURE;

    if (kept == MAP_FAILED)
        mw_message("memwatch: out of memory\n");
    else
        status = run_all(options, once, kept, &repeated);
    write_all(&repeated, &style);
    free_all(&repeated);
    return status;
}
