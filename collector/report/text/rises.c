/* SPDX-License-Identifier: MIT */
/* What rose, inside calls and between them. */
#include "collector/model/rises.h"
#include "collector/report/text/parts.h"

#define ROWS 8

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "came and went", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "stayed", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "when", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "times", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "where", MW_TEXT_LEFT, 16, MW_TEXT_CUT_NAMES);
}

static void add_rise(struct mw_text_table *table, const struct mw_model *model, const struct mw_rise *item)
{
    const struct mw_model_rise *rise = item->rise;
    bool passed = rise->passed.bytes >= MW_REPORT_SPIKE;
    char where[600];

    mw_report_rise_place(where, sizeof(where), item, MW_REPORT_SHORT);
    mw_text_table_row(table);
    mw_text_table_cell(table, passed ? MW_TEXT_WARN : MW_TEXT_DIM, "%s", passed ? mw_report_bytes(rise->passed).text : "–");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_change(rise->stayed).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_rank(model, rise->rank).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_when(model, rise->at_ns).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_count(rise->times).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", where);
}

void mw_report_text_rises(const struct mw_report *report)
{
    struct mw_rises rises = mw_rises_list(report->model);
    size_t most = mw_report_rows(report, ROWS), shown = rises.count < most ? rises.count : most;
    struct mw_text_table *table = mw_text_table_create();

    add_columns(table);
    for (size_t i = 0; i < shown; i++)
        add_rise(table, report->model, &rises.items[i]);
    if (shown) {
        mw_report_heading(report, "What rose", "inside calls and between them, in the rank where it rose most");
        mw_text_table_write(table, report->out, report->width, report->color);
        mw_report_left_out(report, rises.count - shown, "smaller one", "smaller ones");
    }
    mw_text_table_destroy(table);
    mw_rises_free(&rises);
}
