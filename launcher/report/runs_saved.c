/* SPDX-License-Identifier: MIT */
#include "launcher/report/runs_saved.h"

#include "collector/base/clock.h"
#include "collector/base/text.h"
#include "collector/base/text_table.h"
#include "collector/base/units.h"
#include "collector/record/json.h"
#include "collector/report/lines/words.h"
#include "launcher/saved/folder.h"
#include "launcher/saved/saved.h"

#include <stdio.h>
#include <time.h>

#define SHOWN 15 /* each record is read */

/* The fullest rank of all jobs of the run; of a run without ranks, what was seen at one moment. */
static struct mw_model_bytes fullest(const struct mw_model *run)
{
    struct mw_model_bytes most = run->peak.seen;
    bool any = false;

    for (size_t i = 0; i < mw_model_parts(run); i++) {
        const struct mw_model *job = mw_model_part(run, i);
        if (!job->rank_count || (any && job->ranks[job->rank_peak.worst].peak.bytes <= most.bytes))
            continue;
        most = job->ranks[job->rank_peak.worst].peak;
        any = true;
    }
    return most;
}

static void add_end(struct mw_text_table *table, const struct mw_model *run)
{
    bool known = mw_model_status_is_known(run), well = known && !run->job.exit_status && !run->job.exit_signal;

    if (known)
        mw_text_table_cell(table, well ? MW_TEXT_PLAIN : MW_TEXT_WARN, "%d", run->job.exit_status);
    else
        mw_text_table_cell(table, MW_TEXT_DIM, "?");
}

static void add_row(struct mw_text_table *table, long number, const struct mw_model *run)
{
    time_t began = (time_t)(run->job.begin_wall_ns / MW_NS_PER_SEC);
    size_t ranks = mw_model_rank_total(run);
    struct tm local;
    char when[32] = "?";

    if (run->job.begin_wall_ns && localtime_r(&began, &local))
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%ld", number);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", when);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_time(mw_model_duration(run)).text);
    add_end(table, run);
    mw_text_table_cell(table, MW_TEXT_PLAIN, ranks ? "%zu" : "–", ranks);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(fullest(run)).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", run->job.command);
}

static void add_unreadable(struct mw_text_table *table, long number, const char *why)
{
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%ld", number);
    for (int i = 0; i < 5; i++)
        mw_text_table_cell(table, MW_TEXT_DIM, "?");
    mw_text_table_cell(table, MW_TEXT_WARN, "%s", why);
}

static struct mw_text_table *make_table(size_t shown)
{
    struct mw_text_table *table = mw_text_table_create();

    mw_text_table_column(table, "", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "began", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "took", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "status", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "ranks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "fullest", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "command", MW_TEXT_LEFT, 16, MW_TEXT_CUT_RIGHT);
    for (long number = 1; number <= (long)shown; number++) {
        char path[PATH_MAX];
        struct mw_err err;
        struct mw_model *run = mw_saved_path(number, path, &err) < 0 ? NULL : mw_record_json_read(path, &err);
        if (run)
            add_row(table, number, run);
        else
            add_unreadable(table, number, err.text);
        mw_model_destroy(run);
    }
    return table;
}

void mw_runs_saved_list(const struct mw_report_style *style, bool all)
{
    struct mw_saved_folder folder;
    struct mw_names names = {0};
    struct mw_text_table *table;
    char path[PATH_MAX];
    size_t shown;

    if (mw_saved_folder_open(&folder, false) < 0)
        return;
    if (!mw_saved_folder_list(&folder, &names, NULL) && names.count) {
        shown = all || names.count <= SHOWN ? names.count : SHOWN;
        snprintf(path, sizeof(path), "%s", folder.path);
        mw_text_clean(path);
        printf("\nSaved runs   memwatch report NUMBER shows one; kept in %s\n", path);
        table = make_table(shown);
        mw_text_table_write(table, stdout, style->width ? style->width : 120, style->color);
        mw_text_table_destroy(table);
        if (shown < names.count)
            printf("  %zu older: memwatch runs --all lists them\n", names.count - shown);
    }
    mw_names_fini(&names);
    mw_saved_folder_close(&folder);
}
