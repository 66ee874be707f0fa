/* SPDX-License-Identifier: MIT */
/* The lines that held the most at the peak of each phase with a name, or at the last time before it when they were counted: RSS
 * then is in the table. */
#include "collector/model/phase_lines.h"
#include "collector/report/text/parts.h"

#include <string.h>

#define PHASES 16
#define LINES 3    /* of a phase */
#define SMALL 50   /* lines below 1/50 of the peak are listed with --all only */
#define CERTAIN 20 /* what may be missing from a line is less than 1/20 of it */

static void add_phase_cells(struct mw_text_table *table, const struct mw_report *report, const struct mw_phase_lines *phase)
{
    mw_text_table_cell(table, MW_TEXT_BOLD, "%s", phase ? phase->phase->path : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", phase ? mw_report_rank(report->model, phase->rank).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", phase ? mw_units_bytes(phase->heap->mark).text : "");
}

static void add_line(struct mw_text_table *table, const struct mw_model *model, const struct mw_phase_lines *phase,
                     const struct mw_heap_largest *line)
{
    const struct mw_model_heap_site *site = line->site;
    bool has_function = site->owner == MW_HEAP_PROGRAM && site->place && strcmp(site->place->label, site->place->function) != 0;
    bool is_certain = mw_phase_lines_missing(model, phase, line) < line->bytes / CERTAIN;

    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", is_certain ? "" : "≥ ", mw_units_bytes(line->bytes).text);
    mw_report_add_error(table, line->error);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_share((int64_t)(line->bytes & INT64_MAX), phase->heap->mark).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", site->owner == MW_HEAP_MPI ? "MPI: " : "", site->label);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", has_function ? site->place->function : "");
}

/* Lines that are in the table of the rank's peak are not repeated. */
static void add_phase(struct mw_text_table *table, const struct mw_report *report, const struct mw_phase_lines *phase)
{
    size_t most = mw_report_rows(report, LINES);

    mw_text_table_row(table);
    add_phase_cells(table, report, phase);
    if (phase->is_of_peak && mw_report_text_heap_has(report, phase->rank) && !report->style->all) {
        for (int i = 0; i < 3; i++)
            mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", "");
        mw_text_table_cell(table, MW_TEXT_DIM, "see rank %s above", mw_report_rank(report->model, phase->rank).text);
        return;
    }
    for (size_t i = 0; i < phase->count && i < most; i++) {
        if (i && !report->style->all && phase->lines[i].bytes < phase->heap->mark / SMALL)
            break;
        if (i) {
            mw_text_table_row(table);
            add_phase_cells(table, report, NULL);
        }
        add_line(table, report->model, phase, &phase->lines[i]);
    }
}

static size_t count_named(const struct mw_model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->phase_count; i++)
        count += model->phases[i].kind == MW_PHASE_USER;
    return count;
}

static void write_left_out(const struct mw_report *report, size_t left_out, size_t known)
{
    size_t named = count_named(report->model);

    mw_report_left_out(report, left_out, "more phase", "more phases");
    if (named > known && named > MW_HEAP_PHASES)
        mw_report_paragraph(report, "    ", MW_TEXT_DIM,
                            "of %zu more phase%s no lines are known: a rank records those of %d phases", named - known,
                            named - known == 1 ? "" : "s", MW_HEAP_PHASES);
}

void mw_report_text_phase_lines(const struct mw_report *report)
{
    size_t count, listed = 0, left_out = 0;
    struct mw_phase_lines *phases = mw_phase_lines_make(report->model, &count);
    struct mw_text_table *table = mw_text_table_create();

    mw_text_table_column(table, "phase", MW_TEXT_LEFT, 16, MW_TEXT_CUT_NAMES);
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "RSS", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "held", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "error", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "share", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "line", MW_TEXT_LEFT, 20, MW_TEXT_CUT_LEFT);
    mw_text_table_column(table, "in", MW_TEXT_LEFT, MW_TEXT_TABLE_OPTIONAL, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < count; i++)
        if (!mw_report_lists(report->style, report->model->ranks[phases[i].rank].command))
            continue;
        else if (listed == mw_report_rows(report, PHASES))
            left_out++;
        else {
            add_phase(table, report, &phases[i]);
            listed++;
        }
    if (listed) {
        mw_report_heading(report, "Lines by phase", "that held the most near its peak, in the rank that was fullest then");
        mw_text_table_write(table, report->out, report->width, report->color);
        write_left_out(report, left_out, count);
    }
    mw_text_table_destroy(table);
    mw_phase_lines_free(phases, count);
}
