/* SPDX-License-Identifier: MIT */
/* Processes that are no ranks, grouped by role and program. */
#include "collector/map.h"
#include "collector/mem.h"
#include "collector/report_text_parts.h"

#include <stdlib.h>

struct group {
    const struct mw_model_process *largest;
    size_t count, exact;
    uint64_t huge_max, swap_max; /* of one process; not part of RSS */
};

struct groups {
    struct group *items;
    size_t count;
    size_t left_out; /* processes that a filter hides */
    uint64_t left_out_largest;
};

/* By role and program, or with `alone` each process by itself. */
static void add_process(struct groups *groups, struct mw_map *keys, const struct mw_model_process *process, bool alone)
{
    /* the model keeps equal strings once */
    const uintptr_t key[2] = {alone ? (uintptr_t)process : (uintptr_t)process->name, process->role};
    uint32_t index = mw_map_add(keys, key, sizeof(key), (uint32_t)groups->count);
    struct group *group;

    if (index == groups->count)
        MW_MEM_PUSH(groups->items, groups->count)->largest = process;
    group = &groups->items[index];
    group->count++;
    group->exact += process->peak.kind == MW_MODEL_EXACT;
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

    if (x->role != y->role)
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
        if (process->role == MW_MODEL_RANK)
            continue;
        if (mw_report_lists(report->style, process->command)) {
            add_process(&groups, keys, process, report->style->all);
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

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "program", MW_TEXT_LEFT, 12, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "role", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "processes", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "exact", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "largest peak", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "+ huge pages", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "+ swap", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "pid", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "its command", MW_TEXT_LEFT, 12, MW_TEXT_CUT_RIGHT);
}

static void add_group(struct mw_text_table *table, const struct group *group)
{
    const struct mw_model_process *largest = group->largest;

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", largest->name);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", largest->role == MW_MODEL_LAUNCHER ? "launcher" : "other");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_count(group->count).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_count(group->exact).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_bytes(largest->peak).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", group->huge_max ? mw_units_bytes(group->huge_max).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", group->swap_max ? mw_units_bytes(group->swap_max).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%d", largest->pid);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", largest->command);
}

void mw_report_text_processes(const struct mw_report *report)
{
    struct groups groups = make_groups(report);
    struct mw_text_table *table = mw_text_table_create();
    size_t shown = 0;

    add_columns(table);
    for (; shown < groups.count && shown < mw_report_rows(report, MW_REPORT_TEXT_ROWS); shown++)
        add_group(table, &groups.items[shown]);
    if (groups.count || groups.left_out)
        mw_report_heading(report, report->model->rank_count ? "Other processes" : "Processes",
                          report->style->all ? "each by itself"
                                             : "by program · exact: those that left their own peak when they ended");
    if (groups.count)
        mw_text_table_write(table, report->out, report->width, report->color);
    mw_report_left_out(report, groups.count - shown, "more program", "more programs");
    if (groups.left_out)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM,
                            "%zu processes left out by --include or --exclude, the largest with %s", groups.left_out,
                            mw_units_bytes(groups.left_out_largest).text);
    mw_text_table_destroy(table);
    free(groups.items);
}
