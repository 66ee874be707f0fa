/* SPDX-License-Identifier: MIT */
/* What rose: the rows of a table, and the marks on the curves. */
#include "collector/model/rises.h"
#include "collector/base/json_out.h"
#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/lines/words.h"
#include "collector/report/names.h"

#define RISES_MAX 500

static void put_stack(FILE *out, const struct mw_model_spike *spike)
{
    char line[1200];

    putc('[', out);
    for (uint32_t i = 0; spike && i < spike->depth && !mw_report_names_is_start(spike->frames[i]); i++) {
        const struct mw_model_place *place = spike->frames[i];
        const char *function = mw_report_names_is_in_label(place) ? "" : place->function;
        snprintf(line, sizeof(line), "%s%s%s", function, function[0] ? "  " : "", place->label);
        fputs(i ? "," : "", out);
        mw_json_out_string(out, line);
    }
    putc(']', out);
}

/* The call with the largest rise of a site, if it is in that rank and recorded. */
static const struct mw_model_spike *spike_of(const struct mw_model *model, const struct mw_rise *item)
{
    const struct mw_model_merged_site *site = item->site;

    if (!site || site->spike_rank != item->rise->rank || site->spike_record == MW_MODEL_NONE)
        return NULL;
    return &model->ranks[site->spike_rank].spikes[site->spike_record];
}

static void put_rise(struct mw_page_table *table, const struct mw_model *model, const struct mw_rise *item)
{
    const struct mw_model_rise *rise = item->rise;
    const struct mw_model_spike *spike = spike_of(model, item);
    char place[600];

    mw_report_rise_place(place, sizeof(place), item, MW_REPORT_COMPLETE);
    mw_page_table_row(table);
    mw_page_table_index(table, "rank", rise->rank);
    mw_page_table_text(table, "place", place);
    mw_page_table_known(table, "passed", rise->passed);
    mw_page_table_change(table, "stayed", rise->stayed);
    mw_page_table_bytes(table, "peak", rise->peak_rss);
    mw_page_table_time(table, "at", mw_model_elapsed(model, rise->at_ns));
    mw_page_table_count(table, "times", rise->times);
    mw_page_table_count(table, "visit", spike ? spike->visit : 0);
    mw_page_table_bytes(table, "before", spike ? spike->entry_rss : 0);
    mw_page_table_bytes(table, "after", spike ? spike->exit_rss : 0);
    mw_page_table_time(table, "lasted", spike && spike->exit_ns > spike->entry_ns ? spike->exit_ns - spike->entry_ns : 0);
    put_stack(mw_page_table_cell(table, "stack", "texts"), spike);
}

void mw_page_rises(FILE *out, const struct mw_model *model)
{
    struct mw_page_table table = mw_page_table_begin(out, "rises");
    struct mw_rises rises = mw_rises_list(model);

    for (size_t i = 0; i < rises.count && i < RISES_MAX; i++)
        put_rise(&table, model, &rises.items[i]);
    mw_page_table_end(&table);
    fprintf(out, ",\"rises_left_out\":%zu", rises.count > RISES_MAX ? rises.count - RISES_MAX : 0);
    mw_rises_free(&rises);
}
