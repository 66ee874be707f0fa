/* SPDX-License-Identifier: MIT */
/* How the rank with the highest peak reached it. */
#include "collector/model/rank_name.h"
#include "collector/report/text/parts.h"

static void add_step(struct mw_text_table *table, enum mw_text_style style, const char *what, const char *bytes)
{
    mw_text_table_row(table);
    mw_text_table_cell(table, style, "%s", what);
    mw_text_table_cell(table, style, "%s", bytes);
}

void mw_report_text_waterfall(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    const struct mw_model_rank *rank = model->rank_count ? &model->ranks[model->rank_peak.worst] : NULL;
    struct mw_waterfall waterfall = {.count = 0};
    struct mw_text_table *table;
    char text[500];

    if (rank && mw_report_lists(report->style, rank->command))
        waterfall = mw_waterfall_make(rank);
    if (!waterfall.count)
        return;
    table = mw_text_table_create();
    mw_text_table_column(table, "step", MW_TEXT_LEFT, 20, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "RSS", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < waterfall.count; i++) {
        const struct mw_waterfall_step *step = &waterfall.steps[i];
        mw_report_waterfall_step(text, sizeof(text), rank, &waterfall, step, MW_REPORT_SHORT);
        add_step(table, MW_TEXT_PLAIN, text,
                 i ? mw_units_change(step->bytes).text : mw_units_bytes((uint64_t)step->bytes).text);
    }
    add_step(table, MW_TEXT_BOLD, "peak", mw_report_bytes(rank->peak).text);
    snprintf(text, sizeof(text), "How %s came to its peak", mw_rank_name(model, model->rank_peak.worst).text);
    mw_report_heading(report, text, "");
    mw_text_table_write(table, report->out, report->width, report->color);
    mw_text_table_destroy(table);
}
