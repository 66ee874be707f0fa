/* SPDX-License-Identifier: MIT */
/* How the rank with the highest peak reached it. */
#include "collector/model/waterfall.h"

#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/lines/words.h"

static void put_step(struct mw_page_table *table, const char *text, int64_t bytes)
{
    mw_page_table_row(table);
    mw_page_table_text(table, "step", text);
    mw_page_table_change(table, "change", bytes);
}

/* The rank is an index of "ranks"; nothing is written without steps. */
void mw_page_waterfall(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    const struct mw_model_rank *rank = model->rank_count ? &model->ranks[model->rank_peak.worst] : NULL;
    struct mw_waterfall waterfall = {.count = 0};
    struct mw_page_table table;
    char text[500];

    if (rank && mw_report_lists(style, rank->command))
        waterfall = mw_waterfall_make(rank);
    fprintf(out, ",\n\"waterfall_rank\":%u", rank ? model->rank_peak.worst : 0);
    table = mw_page_table_begin(out, "waterfall");
    for (size_t i = 0; i < waterfall.count; i++) {
        mw_report_waterfall_step(text, sizeof(text), rank, &waterfall, &waterfall.steps[i], MW_REPORT_COMPLETE);
        put_step(&table, text, waterfall.steps[i].bytes);
    }
    mw_page_table_end(&table);
}
