/* SPDX-License-Identifier: MIT */
/* The phases, in order of time. */
#include "collector/base/mem.h"
#include "collector/model/phase_choice.h"
#include "collector/report/text/parts.h"

#include <stdlib.h>
#include <string.h>

static void add_columns(struct mw_text_table *table)
{
    mw_text_table_column(table, "phase", MW_TEXT_LEFT, 16, MW_TEXT_CUT_NAMES);
    mw_text_table_column(table, "ranks", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "visits", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "time", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "peak: min", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "mean", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "max", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "grew", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
}

static void add_peak(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_merged_phase *phase,
                     bool highest)
{
    const struct mw_model_spread *peak = &phase->peak;
    bool many = phase->ranks > 1;

    if (phase->peak_kind == MW_MODEL_UNKNOWN) {
        for (int i = 0; i < 3; i++)
            mw_text_table_cell(table, MW_TEXT_DIM, "%s", i == 2 ? "not measured" : "");
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", "");
        return;
    }
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", many ? mw_units_bytes(peak->min).text : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", many ? mw_units_bytes_mean(peak->mean).text : "");
    mw_text_table_cell(table, highest ? MW_TEXT_BOLD : MW_TEXT_PLAIN, "%s",
                       mw_report_bytes((struct mw_model_bytes){peak->max, phase->peak_kind}).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_report_rank(report->model, peak->worst).text);
}

static void add_phase(struct mw_text_table *table, const struct mw_report *report, const struct mw_model_merged_phase *phase,
                      uint64_t highest)
{
    bool all_ranks = phase->ranks == report->model->rank_count;
    int depth = phase->depth > 8 ? 8 : (int)phase->depth;
    char name[600];

    mw_report_phase(name, sizeof(name), phase, MW_REPORT_SHORT);
    mw_text_table_row(table);
    mw_text_table_cell(table, phase->kind == MW_PHASE_USER ? MW_TEXT_BOLD : MW_TEXT_PLAIN, "%*s%s", 2 * depth, "", name);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", all_ranks ? "" : mw_units_count(phase->ranks).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", phase->visits_max ? mw_units_count(phase->visits_max).text : "open");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", mw_report_by_tick(phase) ? "≈ " : "",
                       mw_units_time_mean(phase->time.mean).text);
    add_peak(table, report, phase, phase->peak.max == highest);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_units_change(phase->growth.max).text);
}

/* User phases come first; phases between calls inside them are detail. */
enum row { DETAIL, BETWEEN, NAMED, ROWS };

static const struct {
    size_t most;            /* listed without --all */
    const char *one, *many; /* what is left out */
} rows[ROWS] = {
    [DETAIL] = {0, "phase between calls inside these", "phases between calls inside these"},
    [BETWEEN] = {MW_REPORT_TEXT_ROWS, "phase between calls that explains less", "phases between calls that explain less"},
    [NAMED] = {MW_REPORT_TEXT_NAMED, "more phase that explains less", "more phases that explain less"},
};

static enum row row_of(const struct mw_model_merged_phase *phase)
{
    return !mw_model_is_of_calls(phase->kind) ? NAMED : phase->parent == MW_MODEL_NONE ? BETWEEN : DETAIL;
}

static bool has_named(const struct mw_model *model)
{
    for (size_t i = 0; i < model->phase_count; i++)
        if (model->phases[i].kind == MW_PHASE_USER)
            return true;
    return false;
}

/* A phase between calls with little time and growth is hidden if there are user phases. */
static bool is_negligible(const struct mw_model *model, const struct mw_model_merged_phase *phase, uint64_t highest)
{
    double lasted = (double)mw_model_elapsed(model, model->job.end_ns);

    return phase->time.mean < lasted / 100 && phase->growth.max < MW_REPORT_SPIKE && phase->peak.max < highest;
}

static uint64_t highest_peak(const struct mw_model *model)
{
    uint64_t highest = 0;

    for (size_t i = 0; i < model->phase_count; i++)
        if (model->phases[i].peak.max > highest)
            highest = model->phases[i].peak.max;
    return highest;
}

/* Which phases are listed and which are left out, by kind. */
struct choice {
    const struct mw_report *report;
    bool named;
    uint64_t highest;
    bool *listed; /* by phase */
    size_t left_out[ROWS];
    bool by_tick; /* one that is listed */
};

static bool may_list(const struct choice *choice, const struct mw_model_merged_phase *phase)
{
    return row_of(phase) != BETWEEN || choice->report->style->all || !choice->named ||
           !is_negligible(choice->report->model, phase, choice->highest);
}

static void choose(struct choice *choice)
{
    const struct mw_model *model = choice->report->model;
    bool *among = mw_mem_alloc(model->phase_count, sizeof(*among));
    bool *chosen = mw_mem_alloc(model->phase_count, sizeof(*chosen));

    for (enum row row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < model->phase_count; i++)
            among[i] = row_of(&model->phases[i]) == row && may_list(choice, &model->phases[i]);
        mw_phase_choice_make(model, among, mw_report_rows(choice->report, rows[row].most), chosen);
        for (size_t i = 0; i < model->phase_count; i++)
            choice->listed[i] |= chosen[i];
    }
    free(among);
    free(chosen);
}

static void write_left_out(const struct choice *choice)
{
    for (enum row row = 0; row < ROWS; row++)
        if (row == BETWEEN && choice->named)
            mw_report_left_out(choice->report, choice->left_out[row], "phase between calls outside of them that explains less",
                               "phases between calls outside of them that explain less");
        else
            mw_report_left_out(choice->report, choice->left_out[row], rows[row].one, rows[row].many);
}

void mw_report_text_phases(const struct mw_report *report)
{
    const struct mw_model *model = report->model;
    struct mw_text_table *table = mw_text_table_create();
    struct choice choice = {.report = report,
                            .named = has_named(model),
                            .highest = highest_peak(model),
                            .listed = mw_mem_alloc(model->phase_count, sizeof(*choice.listed))};

    choose(&choice);
    add_columns(table);
    for (size_t i = 0; i < model->phase_count; i++) {
        const struct mw_model_merged_phase *phase = &model->phases[i];
        if (choice.listed[i])
            add_phase(table, report, phase, choice.highest);
        else
            choice.left_out[row_of(phase)]++;
        choice.by_tick |= choice.listed[i] && mw_report_by_tick(phase);
    }
    if (model->phase_count) {
        mw_report_heading(report, "Phases",
                          "in order of time · time is the mean over ranks, growth that of the rank "
                          "that grew most");
        mw_text_table_write(table, report->out, report->width, report->color);
    }
    write_left_out(&choice);
    if (choice.by_tick)
        mw_report_paragraph(
            report, "    ", MW_TEXT_DIM, "%s",
            "≈ calls were only counted there: time by the kernel's tick, accurate only for the sum of many visits");
    mw_text_table_destroy(table);
    free(choice.listed);
}
