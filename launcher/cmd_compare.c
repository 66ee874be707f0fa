/* SPDX-License-Identifier: MIT */
/* `memwatch compare`: runs before and after a change. */
#include "launcher/commands.h"

#include "collector/mem.h"
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

static int take_one(struct mw_compare *compare, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    struct mw_model *model = mw_source_read(path, err);

    if (!model)
        return -1;
    if (model->job.runs)
        fprintf(stderr, "memwatch: %s: the job of %s still runs: what it has had so far is compared\n", sides[side], path);
    else if (model->job.sampled && model->job.exit_status)
        fprintf(stderr, "memwatch: %s: the run of %s failed, with status %d\n", sides[side], path, model->job.exit_status);
    mw_compare_take(compare, side, model);
    mw_model_destroy(model);
    return 0;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Every record in a directory, in the order of their names. */
static int take_all(struct mw_compare *compare, enum mw_compare_side side, const char *path, struct mw_err *err)
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
        failed = failed ? failed : take_one(compare, side, one, err);
        free(one);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

static int take_path(struct mw_compare *compare, enum mw_compare_side side, const char *path, struct mw_err *err)
{
    struct stat st;

    if (!stat(path, &st) && S_ISDIR(st.st_mode) && !mw_source_is_run(path))
        return take_all(compare, side, path, err);
    return take_one(compare, side, path, err);
}

/* A list with commas; a path that has one itself is taken whole. */
static int take_side(struct mw_compare *compare, enum mw_compare_side side, const char *list, struct mw_err *err)
{
    char *copy, *rest, *path;
    int failed = 0;

    if (!access(list, F_OK))
        return take_path(compare, side, list, err);
    copy = rest = mw_mem_copy(list);
    while (!failed && (path = strsep(&rest, ",")))
        failed = take_path(compare, side, path, err);
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
        fprintf(stderr, "memwatch: cannot write the comparison: %s\n", strerror(errno));
        failed = 1;
    }
    mw_compare_findings(compare, &findings);
    if (options->verdict.junit || options->verdict.github)
        failed |= mw_verdict_tell(verdict, &findings, compare->commands[MW_COMPARE_CANDIDATE]);
    status = mw_findings_status(&findings);
    mw_findings_fini(&findings);
    return failed ? 1 : status;
}

static int compare_paths(const struct mw_options *options, struct mw_verdict *verdict, struct mw_err *err)
{
    struct mw_compare *compare = mw_compare_create(options->compare.by, options->compare.threshold);
    int status = 1;

    if (take_side(compare, MW_COMPARE_BASE, options->compare.paths[0], err) < 0 ||
        take_side(compare, MW_COMPARE_CANDIDATE, options->compare.paths[1], err) < 0) {
        fprintf(stderr, "memwatch: %s\n", err->text);
    } else {
        mw_compare_judge(compare);
        status = tell(options, compare, verdict);
    }
    mw_compare_destroy(compare);
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
        fprintf(stderr, "memwatch: %s\n", err.text);
    else
        status = compare_paths(&options, &verdict, &err);
    mw_verdict_abandon(&verdict);
    mw_options_fini(&options);
    return status;
}
