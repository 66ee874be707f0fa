/* SPDX-License-Identifier: MIT */
/* `memwatch runs`: lists run directories and saved runs, and removes directories of finished jobs. */
#include "launcher/report/runs.h"

#include "collector/base/clock.h"
#include "collector/base/message.h"
#include "collector/base/names.h"
#include "collector/base/text.h"
#include "collector/base/text_table.h"
#include "collector/base/units.h"
#include "collector/journal/segments.h"
#include "launcher/report/runs_options.h"
#include "launcher/report/runs_saved.h"
#include "launcher/rundir/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const states[] = {
    [MW_RUNS_RUNNING] = "running",      [MW_RUNS_ORPHANED] = "running, memwatch was killed",
    [MW_RUNS_UNKNOWN] = "unknown here", [MW_RUNS_ENDED] = "ended, not reported",
    [MW_RUNS_REPORTED] = "reported",    [MW_RUNS_KEPT] = "kept",
};

static void add_row(struct mw_text_table *table, const struct mw_runs_one *one)
{
    time_t began = (time_t)(one->wall_ns / MW_NS_PER_SEC);
    char when[32] = "?", command[256];
    struct tm local;

    if (one->wall_ns && localtime_r(&began, &local))
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
    snprintf(command, sizeof(command), "%s", one->command);
    mw_text_clean(command);
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", when);
    mw_text_table_cell(table, one->state == MW_RUNS_ENDED || one->state == MW_RUNS_ORPHANED ? MW_TEXT_WARN : MW_TEXT_PLAIN,
                       "%s", states[one->state]);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%u", one->ranks);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_bytes(one->bytes).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", one->path);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", command);
}

static int compare_begins(const void *a, const void *b)
{
    const struct mw_runs_one *x = a, *y = b;

    if (x->wall_ns != y->wall_ns)
        return x->wall_ns < y->wall_ns ? -1 : 1;
    return strcmp(x->path, y->path);
}

static void write_table(const struct mw_runs_options *options, struct mw_runs_one *runs, size_t count)
{
    struct mw_report_style style = mw_display_style(&options->display, STDOUT_FILENO);
    struct mw_text_table *table = mw_text_table_create();

    mw_text_table_column(table, "began", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "state", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "ranks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "size", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "directory", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "command", MW_TEXT_LEFT, 16, MW_TEXT_CUT_RIGHT);
    qsort(runs, count, sizeof(*runs), compare_begins);
    for (size_t i = 0; i < count; i++)
        add_row(table, &runs[i]);
    mw_text_table_write(table, stdout, style.width ? style.width : 120, style.color);
    mw_text_table_destroy(table);
}

/* Explains the state "unknown here", and how to remove such a directory. */
static void explain_unknown(const struct mw_runs_one *runs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (runs[i].state == MW_RUNS_UNKNOWN) {
            printf("unknown here: from another host, an earlier boot or another container; check on host %s, or remove it with "
                   "memwatch runs --clean --force DIRECTORY\n",
                   runs[i].host);
            return;
        }
}

/* Lists segments without a directory here, and how to remove them. */
static void explain_foreign(void)
{
    struct mw_names directories = {0};

    if (mw_segments_add_foreign(&directories) < 0)
        mw_message("memwatch: cannot list all leftover shared memory: %s\n", strerror(errno));
    for (size_t i = 0; i < directories.count; i++) {
        char quoted[PATH_MAX];
        mw_text_clean(directories.items[i]);
        mw_text_quote(quoted, sizeof(quoted), directories.items[i]);
        printf("leftover shared memory of a run in another container, or with another root directory: if its job has ended, "
               "remove it with memwatch runs --clean --force %s\n",
               quoted);
    }
    mw_names_fini(&directories);
}

static void list(const struct mw_runs_options *options)
{
    size_t count;
    struct mw_runs_one *runs = mw_runs_list(options->base_dir, &count);
    struct mw_report_style style;

    if (count)
        write_table(options, runs, count);
    else
        puts("no run directories");
    explain_unknown(runs, count);
    explain_foreign();
    free(runs);
    style = mw_display_style(&options->display, STDOUT_FILENO);
    mw_runs_saved_list(&style, options->display.all);
}

/* Removes the directories named by the user. Returns the exit status. */
static int remove_named(const struct mw_runs_options *options)
{
    struct mw_err err;
    int status = 0;

    for (char **path = options->directories; *path; path++)
        if (mw_runs_remove(*path, options->force, &err) < 0) {
            mw_message("memwatch: %s\n", err.text);
            status = 1;
        }
    return status;
}

int mw_runs_main(int argc, char **argv)
{
    struct mw_runs_options options;
    size_t removed;
    int status = 0;

    mw_runs_options_parse(&options, argc, argv);
    if (options.directories) {
        status = remove_named(&options);
    } else {
        removed = mw_runs_clean(options.base_dir, options.clean);
        if (removed)
            printf("removed %zu run director%s of finished jobs\n", removed, removed == 1 ? "y" : "ies");
        list(&options);
    }
    return status;
}
