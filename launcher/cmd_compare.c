/* SPDX-License-Identifier: MIT */
/* `memwatch compare`: runs before and after a change. */
#include "launcher/commands.h"

#include "collector/mem.h"
#include "collector/message.h"
#include "collector/report_compare.h"
#include "launcher/options.h"
#include "launcher/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const sides[] = {"BASE", "CANDIDATE"};

/* What is being compared, and on which terms. */
struct request {
    struct mw_compare *compare;
    bool allow_failed;
    bool refused; /* err says why, and that is no failure to read */
};

/* A reason not to compare: with --allow-failed only a warning. */
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
    struct mw_err why;

    if (!mw_compare_check(model, &why))
        return 0;
    mw_err_set(err, "%s, %s: %s", sides[side], path, why.text);
    return refuse(request, err);
}

static int take_one(struct request *request, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    struct mw_model *model = mw_source_read(path, err);
    int failed = model ? check_one(request, side, path, model, err) : -1;

    if (!failed)
        mw_compare_take(request->compare, side, model);
    mw_model_destroy(model);
    return failed;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Every record in a directory, in the order of their names. */
static int take_all(struct request *request, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort), failed = 0;

    if (count < 0)
        return mw_err_set(err, "cannot read %s: %s", path, strerror(errno));
    if (count == 0)
        failed = mw_err_set(err, "%s holds no records: save some there (memwatch run -o %s/1.json)", path, path);
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

/* A list with commas; a path that has one itself is taken whole. */
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

static int tell(const struct mw_options *options, const struct mw_compare *compare, struct mw_verdict *verdict)
{
    static mw_report_compare_write *const writers[] = {[MW_COMPARE_TEXT] = mw_report_compare_text_write,
                                                       [MW_COMPARE_JSON] = mw_report_compare_json_write,
                                                       [MW_COMPARE_MARKDOWN] = mw_report_compare_markdown_write};
    struct mw_report_style style = mw_options_style(options, STDOUT_FILENO);
    struct mw_findings findings = {0};
    int failed = 0, status;

    if (writers[options->compare.form](stdout, compare, &style) < 0 || fflush(stdout)) {
        mw_message("memwatch: cannot write the comparison: %s\n", strerror(errno));
        failed = 1;
    }
    mw_compare_findings(compare, &findings);
    if (options->verdict.junit || options->verdict.github)
        failed |= mw_verdict_tell(verdict, &findings, compare->commands[MW_COMPARE_CANDIDATE]);
    status = mw_findings_status(&findings);
    mw_findings_fini(&findings);
    return failed ? 1 : status;
}

static int take_sides(struct request *request, const char *const paths[], struct mw_err *err)
{
    if (take_side(request, MW_COMPARE_BASE, paths[0], err) < 0 ||
        take_side(request, MW_COMPARE_CANDIDATE, paths[1], err) < 0)
        return -1;
    return mw_compare_check_sides(request->compare, err) ? refuse(request, err) : 0;
}

static int compare_paths(const struct mw_options *options, struct mw_verdict *verdict, struct mw_err *err)
{
    struct request request = {.compare = mw_compare_create(options->compare.by, options->compare.threshold),
                              .allow_failed = options->compare.allow_failed};
    int status;

    if (take_sides(&request, options->compare.paths, err) < 0) {
        mw_message("memwatch: %s%s\n", err->text,
                   request.refused ? "; not compared (--allow-failed compares such runs, too)" : "");
        status = request.refused ? MW_EXIT_FAILURE : 1;
    } else {
        mw_compare_judge(request.compare);
        status = tell(options, request.compare, verdict);
    }
    mw_compare_destroy(request.compare);
    return status;
}

int mw_cmd_compare(int argc, char **argv)
{
    struct mw_options options;
    struct mw_verdict verdict;
    struct mw_err err;
    int status = 1;

    mw_options_parse_compare(&options, argc, argv);
    if (mw_verdict_open(&verdict, &options.verdict, options.force, &err) < 0)
        mw_message("memwatch: %s\n", err.text);
    else
        status = compare_paths(&options, &verdict, &err);
    mw_verdict_abandon(&verdict);
    mw_options_fini(&options);
    return status;
}
