/* SPDX-License-Identifier: MIT */
/* Processes in groups: by role and program those that are not ranks, or all of them by --group-by. */
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/report/text/parts.h"

#include <stdlib.h>

struct group {
    const struct mw_model_process *largest;
    size_t count, exact;
    uint64_t sum; /* sum of peaks: an upper bound if each is exact or an upper bound */
    bool bounded;
    uint64_t huge_max, swap_max; /* of one process; not part of RSS */
};

struct groups {
    struct group *items;
    size_t count;
    size_t left_out; /* processes that a filter hides */
    uint64_t left_out_largest;
};

/* The key of a group; the model stores equal strings once. */
static void key_of(uintptr_t key[2], const struct mw_model_process *process, const struct mw_report_style *style)
{
    key[0] = key[1] = 0;
    switch (style->by) {
    case MW_REPORT_BY_PROGRAM: /* with --all each process separately */
        key[0] = style->all ? (uintptr_t)process : (uintptr_t)process->name;
        key[1] = process->role;
        break;
    case MW_REPORT_BY_COMMAND: key[0] = (uintptr_t)process->command; break;
    case MW_REPORT_BY_EXE: key[0] = (uintptr_t)process->exe; break;
    case MW_REPORT_BY_RANK: key[0] = process->role == MW_MODEL_RANK ? process->rank : UINTPTR_MAX; break;
    case MW_REPORT_BY_HOST: key[0] = process->host; break;
    }
}

static void add_process(struct groups *groups, struct mw_map *keys, const struct mw_model_process *process,
                        const struct mw_report_style *style)
{
    uintptr_t key[2];
    struct group *group;
    uint32_t index;

    key_of(key, process, style);
    index = mw_map_add(keys, key, sizeof(key), (uint32_t)groups->count);
    if (index == groups->count)
        *MW_MEM_PUSH(groups->items, groups->count) = (struct group){.largest = process, .bounded = true};
    group = &groups->items[index];
    group->count += process->count;
    group->exact += process->peak.kind == MW_MODEL_EXACT ? process->count : 0;
    group->sum = mw_model_sum(group->sum, process->count > 1 ? process->peak_sum : process->peak.bytes);
    group->bounded &= process->peak.kind == MW_MODEL_EXACT || process->peak.kind == MW_MODEL_AT_MOST;
    if (process->peak.bytes > group->largest->peak.bytes)
        group->largest = process;
    if (process->huge_max > group->huge_max)
        group->huge_max = process->huge_max;
    if (process->swap_max > group->swap_max)
        group->swap_max = process->swap_max;
}

static int compare_groups(const void *a, const void *b)
{
    const struct mw_model_process *x = ((const struct group *)a)->largest, *y = ((const struct group *)b)->largest;

    if (x->role != y->role && x->role != MW_MODEL_RANK && y->role != MW_MODEL_RANK)
        return x->role < y->role ? -1 : 1;
    if (x->peak.bytes != y->peak.bytes)
        return x->peak.bytes < y->peak.bytes ? 1 : -1;
    return x < y ? -1 : 1;
}

static struct groups make_groups(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    struct mw_map *keys = mw_map_create();
    struct groups groups = {0};

    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (process->role == MW_MODEL_RANK && report->style->by == MW_REPORT_BY_PROGRAM)
            continue;
        if (mw_report_lists(report->style, process->command)) {
            add_process(&groups, keys, process, report->style);
            continue;
        }
        groups.left_out++;
        if (process->peak.bytes > groups.left_out_largest)
            groups.left_out_largest = process->peak.bytes;
    }
    if (groups.count)
        qsort(groups.items, groups.count, sizeof(*groups.items), compare_groups);
    mw_map_destroy(keys);
    return groups;
}

/* The first column, the heading, and the words for rows left out. */
static const struct {
    const char *column, *heading, *one, *many;
} words[] = {
    [MW_REPORT_BY_PROGRAM] = {"program", "by program", "more program", "more programs"},
    [MW_REPORT_BY_COMMAND] = {"command", "by command", "more command", "more commands"},
    [MW_REPORT_BY_EXE] = {"program file", "by program file", "more program file", "more program files"},
    [MW_REPORT_BY_RANK] = {"rank", "by rank", "more rank", "more ranks"},
    [MW_REPORT_BY_HOST] = {"host", "by host", "more host", "more hosts"},
};

static void add_columns(struct mw_text_table *table, enum mw_report_by by)
{
    mw_text_table_column(table, words[by].column, MW_TEXT_LEFT, 12, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "role", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "processes", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "exact", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "together", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "largest peak", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "+ huge pages", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "+ swap", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "pid", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, by == MW_REPORT_BY_COMMAND ? "" : "its command", MW_TEXT_LEFT, 12, MW_TEXT_CUT_RIGHT);
}

static const char *name_of(const struct mw_report *report, const struct mw_model_process *process, struct mw_units *rank)
{
    switch (report->style->by) {
    case MW_REPORT_BY_COMMAND: return process->command;
    case MW_REPORT_BY_EXE: return process->exe[0] ? process->exe : process->name;
    case MW_REPORT_BY_HOST: return report->model->hosts[process->host].name;
    case MW_REPORT_BY_RANK:
        *rank = mw_report_rank(report->model, process->rank);
        return process->role == MW_MODEL_RANK ? rank->text : "no rank";
    case MW_REPORT_BY_PROGRAM: break;
    }
    return process->name;
}

/* Peaks may be at different times: their sum is only an upper bound of a group's memory, and only if each is exact. */
static const char *together(const struct mw_report *report, const struct group *group, struct mw_units *text)
{
    if (report->style->by == MW_REPORT_BY_PROGRAM || group->count < 2)
        return "";
    *text = mw_report_bytes((struct mw_model_bytes){group->sum, MW_MODEL_AT_MOST});
    return group->bounded ? text->text : "?";
}

static void add_group(struct mw_text_table *table, const struct mw_report *report, const struct group *group)
{
    static const char *const roles[] = {"rank", "launcher", "other"};
    const struct mw_model_process *largest = group->largest;
    struct mw_units text;

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", name_of(report, largest, &text));
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", report->style->by == MW_REPORT_BY_PROGRAM ? roles[largest->role] : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_count(group->count).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_count(group->exact).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", together(report, group, &text));
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(largest->peak).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", group->huge_max ? mw_units_bytes(group->huge_max).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", group->swap_max ? mw_units_bytes(group->swap_max).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%d", largest->pid);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", report->style->by == MW_REPORT_BY_COMMAND ? "" : largest->command);
}

static void write_heading(const struct mw_report *report)
{
    enum mw_report_by by = report->style->by;
    bool beside = report->model->rank_count && by == MW_REPORT_BY_PROGRAM; /* ranks have a separate list */
    char remark[200];

    snprintf(remark, sizeof(remark), "%s · exact: those that recorded their peak at exit%s", words[by].heading,
             by == MW_REPORT_BY_PROGRAM ? "" : " · together: the sum of peaks, which may be at different times");
    mw_report_heading(report,
                      report->model->job_count ? "Processes outside of the jobs"
                      : beside                 ? "Other processes"
                                               : "Processes",
                      report->style->all && by == MW_REPORT_BY_PROGRAM ? "each by itself" : remark);
}

void mw_report_text_processes(const struct mw_report *report)
{
    struct groups groups = make_groups(report);
    struct mw_text_table *table = mw_text_table_create();
    enum mw_report_by by = report->style->by;
    size_t shown = 0;

    add_columns(table, by);
    for (; shown < groups.count && shown < mw_report_rows(report, MW_REPORT_TEXT_ROWS); shown++)
        add_group(table, report, &groups.items[shown]);
    if (groups.count || groups.left_out)
        write_heading(report);
    if (groups.count)
        mw_text_table_write(table, report->out, report->width, report->color);
    mw_report_left_out(report, groups.count - shown, words[by].one, words[by].many);
    if (groups.left_out)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM,
                            "%zu processes left out by --include or --exclude, the largest with %s", groups.left_out,
                            mw_units_bytes(groups.left_out_largest).text);
    mw_text_table_destroy(table);
    free(groups.items);
}
