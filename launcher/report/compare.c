/* SPDX-License-Identifier: MIT */
/* `memwatch compare`: runs before and after a change. */
#include "launcher/report/compare.h"

#include "collector/base/mem.h"
#include "collector/base/message.h"
#include "collector/report/compare.h"
#include "launcher/options/exit_status.h"
#include "launcher/report/compare_options.h"
#include "launcher/rundir/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const sides[] = {"BASE", "CANDIDATE"};

/* What is compared, and how: runs of several jobs job by job, in order. */
struct request {
    const struct mw_compare_options *options;
    struct mw_compare **compares; /* one for each job of a run */
    size_t count;                 /* 0: no run was added yet */
    bool allow_failed;
    bool refused; /* err has the reason, which is not a read error */
    bool never;   /* not even with --allow-failed */
};

/* Rejects the comparison; with --allow-failed only a warning. */
static int refuse(struct request *request, struct mw_err *err)
{
    if (request->allow_failed) {
        mw_message("memwatch: warning: %s\n", err->text);
        return 0;
    }
    request->refused = true;
    return -1;
}

static int check_one(struct request *request, enum mw_compare_side side, const char *path, const struct mw_model *model,
                     struct mw_err *err)
{
    char job[32] = "";
    struct mw_err why;

    if (!mw_compare_check(model, &why))
        return 0;
    if (model->number)
        snprintf(job, sizeof(job), ", job %u", model->number);
    mw_err_set(err, "%s, %s%s: %s", sides[side], path, job, why.text);
    return refuse(request, err);
}

/* Jobs are matched by their order: all runs must have the same number. */
static int check_count(struct request *request, enum mw_compare_side side, const char *path, size_t jobs, struct mw_err *err)
{
    if (request->count == jobs)
        return 0;
    if (request->count) {
        request->refused = request->never = true;
        return mw_err_set(err, "%s, %s has %zu MPI job%s, but earlier runs have %zu: runs must have the same jobs", sides[side],
                          path, jobs, jobs == 1 ? "" : "s", request->count);
    }
    request->compares = mw_mem_alloc(jobs, sizeof(struct mw_compare *));
    for (; request->count < jobs; request->count++)
        request->compares[request->count] = mw_compare_create(request->options->by, request->options->threshold);
    return 0;
}

static int take_model(struct request *request, enum mw_compare_side side, const char *path, const struct mw_model *model,
                      struct mw_err *err)
{
    size_t jobs = mw_model_parts(model);

    if (check_count(request, side, path, jobs, err) < 0 || (jobs > 1 && check_one(request, side, path, model, err) < 0))
        return -1;
    for (size_t i = 0; i < jobs; i++)
        if (check_one(request, side, path, mw_model_part(model, i), err) < 0)
            return -1;
    for (size_t i = 0; i < jobs; i++)
        mw_compare_add_run(request->compares[i], side, mw_model_part(model, i));
    return 0;
}

/* Takes over the model, which is NULL if it could not be read. */
static int take_read(struct request *request, enum mw_compare_side side, const char *path, struct mw_model *model,
                     struct mw_err *err)
{
    int failed = model ? take_model(request, side, path, model, err) : -1;

    mw_model_destroy(model);
    return failed;
}

static int take_one(struct request *request, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    return take_read(request, side, path, mw_source_read(path, err), err);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Reads every record in a directory, in the order of their names. */
static int take_all(struct request *request, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort), failed = 0;

    if (count < 0)
        return mw_err_set(err, "cannot read %s: %s", path, strerror(errno));
    if (count == 0)
        failed = mw_err_set(err, "no records in %s: save some there (memwatch run -o %s/1.json)", path, path);
    for (int i = 0; i < count; i++) {
        size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *one = mw_mem_alloc(1, size);
        snprintf(one, size, "%s/%s", path, entries[i]->d_name);
        failed = failed ? failed : take_one(request, side, one, err);
        free(one);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

static int take_path(struct request *request, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    struct stat st;

    if (!stat(path, &st) && S_ISDIR(st.st_mode) && !mw_source_is_run(path))
        return take_all(request, side, path, err);
    return take_one(request, side, path, err);
}

/* Splits a list at commas; the path of an existing file is not split. */
static int take_side(struct request *request, enum mw_compare_side side, const char *list, struct mw_err *err)
{
    char *copy, *rest, *path;
    int failed = 0;

    if (!access(list, F_OK))
        return take_path(request, side, list, err);
    copy = rest = mw_mem_copy(list);
    while (!failed && (path = strsep(&rest, ",")))
        failed = take_path(request, side, path, err);
    free(copy);
    return failed;
}

/* The forms of several jobs: documents one after the other, or a list of them. */
static const struct form {
    mw_report_compare_write *write;
    const char *begin, *between, *end; /* around the documents of several jobs */
    const char *heading;               /* text before the number of each job; NULL: no headings */
} forms[] = {
    [MW_COMPARE_TEXT] = {mw_report_compare_text_write, "", "\n", "", ""},
    [MW_COMPARE_JSON] = {mw_report_compare_json_write, "{\"jobs\":[\n", ",\n", "]}\n", NULL},
    [MW_COMPARE_MARKDOWN] = {mw_report_compare_markdown_write, "", "\n", "", "## "},
};

static int write_all(const struct request *request)
{
    const struct form *form = &forms[request->options->form];
    struct mw_report_style style = mw_display_style(&request->options->display, STDOUT_FILENO);
    bool several = request->count > 1;
    int failed = 0;

    fputs(several ? form->begin : "", stdout);
    for (size_t i = 0; i < request->count && !failed; i++) {
        fputs(i ? form->between : "", stdout);
        if (several && form->heading)
            printf("%sJob %zu of %zu\n\n", form->heading, i + 1, request->count);
        failed = form->write(stdout, request->compares[i], &style);
    }
    fputs(several ? form->end : "", stdout);
    return failed < 0 || fflush(stdout) ? -1 : 0;
}

static void find_all(const struct request *request, struct mw_findings *findings)
{
    for (size_t i = 0; i < request->count; i++) {
        size_t first = findings->count;
        mw_compare_findings(request->compares[i], findings);
        if (request->count > 1)
            mw_findings_name_job(findings, first, (uint32_t)i + 1);
    }
}

static int print_comparison(const struct request *request, struct mw_results *results)
{
    struct mw_findings findings = {0};
    int failed = 0, status;

    if (write_all(request) < 0) {
        mw_message("memwatch: cannot write the comparison: %s\n", strerror(errno));
        failed = 1;
    }
    find_all(request, &findings);
    if (request->options->results.junit || request->options->results.github)
        failed |= mw_results_report(results, &findings, request->compares[0]->commands[MW_COMPARE_CANDIDATE], NULL);
    status = mw_findings_status(&findings);
    mw_findings_fini(&findings);
    return failed ? 1 : status;
}

/* The order of jobs may differ: then their numbers of ranks differ. */
static int check_jobs(struct request *request, struct mw_err *err)
{
    for (size_t i = 0; i < request->count && request->count > 1; i++) {
        const struct mw_compare *one = request->compares[i];
        if (one->ranks_min[MW_COMPARE_BASE] == one->ranks_max[MW_COMPARE_CANDIDATE] &&
            one->ranks_max[MW_COMPARE_BASE] == one->ranks_min[MW_COMPARE_CANDIDATE])
            continue;
        mw_err_set(err, "job %zu has %zu ranks in BASE, %zu in CANDIDATE: the jobs differ or are in another order", i + 1,
                   one->ranks_max[MW_COMPARE_BASE], one->ranks_max[MW_COMPARE_CANDIDATE]);
        if (refuse(request, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < request->count; i++)
        if (mw_compare_check_sides(request->compares[i], err) && refuse(request, err) < 0)
            return -1;
    return 0;
}

/* The saved runs, the newest against the others. */
static int take_saved(struct request *request, struct mw_err *err)
{
    int failed = 0;

    for (int number = request->options->last; number >= 1 && !failed; number--) {
        char name[32];
        snprintf(name, sizeof(name), "saved run %d", number);
        failed = take_read(request, number > 1 ? MW_COMPARE_BASE : MW_COMPARE_CANDIDATE, name,
                           mw_source_read_saved(number, err), err);
    }
    return failed ? failed : check_jobs(request, err);
}

static int take_sides(struct request *request, struct mw_err *err)
{
    const char *const *paths = request->options->paths;

    if (request->options->last)
        return take_saved(request, err);
    if (take_side(request, MW_COMPARE_BASE, paths[0], err) < 0 || take_side(request, MW_COMPARE_CANDIDATE, paths[1], err) < 0)
        return -1;
    return check_jobs(request, err);
}

static int compare_paths(const struct mw_compare_options *options, struct mw_results *results, struct mw_err *err)
{
    struct request request = {.options = options, .allow_failed = options->allow_failed};
    int status;

    if (take_sides(&request, err) < 0) {
        mw_message("memwatch: %s%s\n", err->text,
                   request.refused && !request.never ? "; not compared (use --allow-failed to compare such runs)" : "");
        status = request.refused ? MW_EXIT_FAILURE : 1;
    } else {
        for (size_t i = 0; i < request.count; i++)
            mw_compare_judge(request.compares[i]);
        status = print_comparison(&request, results);
    }
    for (size_t i = 0; i < request.count; i++)
        mw_compare_destroy(request.compares[i]);
    free(request.compares);
    return status;
}

int mw_compare_main(int argc, char **argv)
{
    struct mw_compare_options options;
    struct mw_results results;
    struct mw_err err;
    int status = 1;

    mw_compare_options_parse(&options, argc, argv);
    if (mw_results_open(&results, &options.results, options.force, &err) < 0)
        mw_message("memwatch: %s\n", err.text);
    else
        status = compare_paths(&options, &results, &err);
    mw_results_abandon(&results);
    return status;
}
