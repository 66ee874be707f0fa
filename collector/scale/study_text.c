/* SPDX-License-Identifier: MIT */
/* A study for a terminal. */
#include "collector/model/certainty.h"
#include "collector/scale/study_text_parts.h"

#include "collector/base/ascii.h"
#include "collector/base/mem.h"
#include "collector/base/text_table.h"
#include "collector/base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WIDTH 100
#define NAME_MIN 16

int mw_scale_text_width(const struct mw_report_style *style)
{
    return style->width ? style->width : DEFAULT_WIDTH;
}

static struct mw_units bytes(double value)
{
    struct mw_units none = {"?"};

    return isnan(value) ? none : mw_units_bytes_mean(value);
}

void mw_scale_text_heading(FILE *out, const char *title, const char *more, const struct mw_report_style *style)
{
    fprintf(out, "\n%s%s%s%s%s\n", mw_text_style_start(MW_TEXT_BOLD, style->color), title,
            mw_text_style_end(MW_TEXT_BOLD, style->color), *more ? "   " : "", more);
}

/* Without --all, series that follow another one and small ones are not shown. */
static bool is_shown(const struct mw_study *study, const struct mw_study_series *series, const struct mw_report_style *style)
{
    return style->all || (!series->follows && mw_study_is_notable(study, series));
}

static void put_name(struct mw_text_table *table, const struct mw_study_series *series, const struct mw_report_style *style)
{
    if (series->followers && !style->all)
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s, and %zu more", series->name, series->followers);
    else
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", series->name);
}

/* ---- measurements ---- */

static void write_places(FILE *out, const struct mw_study *study, const struct mw_report_style *style)
{
    struct mw_study_place *places = mw_mem_alloc(study->run_count, sizeof(*places));
    size_t count = mw_study_places(study, places);
    struct mw_text_table *table = mw_text_table_create();
    char text[32];

    mw_text_table_column(table, "n", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, study->param ? study->param : "", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "runs", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "fullest rank", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "spread", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "MPI_Init", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "without it", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "rank 0", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "others", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "whole job", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < count; i++) {
        const struct mw_study_place *place = &places[i];
        mw_text_table_row(table);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%g", place->n);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", study->param ? mw_scale_number(text, sizeof(text), place->s) : "");
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%zu", place->runs);
        mw_text_table_cell(table, MW_TEXT_BOLD, "%s %s", mw_certainty[place->exact ? MW_MODEL_EXACT : MW_MODEL_AT_LEAST].sign,
                           bytes(place->rank).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", place->runs > 1 ? bytes(place->spread).text : "");
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->mpi).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", isnan(place->mpi) ? "" : bytes(place->program).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->rank_0).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->others).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", isnan(place->job) ? "" : "≤ ", bytes(place->job).text);
    }
    mw_scale_text_heading(out, "Memory by number of ranks",
                          "peaks of RSS: = exact   ≥ at least   ≤ at most   MPI_Init: what it took", style);
    mw_text_table_write(table, out, mw_scale_text_width(style), style->color);
    mw_text_table_destroy(table);
    free(places);
}

/* ---- by phase and call site ---- */

#define COLUMNS_MAX 8

size_t mw_scale_text_ranks_at(const struct mw_study *study, double s, double n[], size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < study->run_count; i++) { /* they are in order */
        if (study->runs[i].s != s || (count && n[count - 1] == study->runs[i].n))
            continue;
        if (count == max)
            memmove(n, n + 1, --count * sizeof(*n));
        n[count++] = study->runs[i].n;
    }
    return count;
}

double mw_scale_text_largest_at(const struct mw_study *study, const struct mw_study_series *series, double n, double s)
{
    double largest = NAN;

    for (size_t i = 0; i < study->run_count; i++)
        if (study->runs[i].n == n && study->runs[i].s == s)
            largest = fmax(largest, series->bytes[i]);
    return largest;
}

/* Without a parameter, or else for its largest value, which needs the most memory. */
static void write_parts(FILE *out, const struct mw_study *study, const struct mw_report_style *style)
{
    struct mw_text_table *table = mw_text_table_create();
    double n[COLUMNS_MAX], s = study->runs[study->run_count - 1].s;
    size_t columns = mw_scale_text_ranks_at(study, s, n, COLUMNS_MAX), rows = 0;
    char head[128] = "", value[32];

    mw_text_table_column(table, "", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "", MW_TEXT_LEFT, NAME_MIN, MW_TEXT_CUT_MIDDLE);
    for (size_t i = 0; i < columns; i++) {
        snprintf(value, sizeof(value), "n = %g", n[i]);
        mw_text_table_column(table, value, MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    }
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        if (series->group < MW_STUDY_PHASE || mw_study_is_line(series) || !is_shown(study, series, style))
            continue;
        rows++;
        mw_text_table_row(table);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_scale_group_word(series->group));
        put_name(table, series, style);
        for (size_t j = 0; j < columns; j++) {
            double there = mw_scale_text_largest_at(study, series, n[j], s);
            mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", isnan(there) ? "–" : bytes(there).text);
        }
    }
    if (study->param)
        snprintf(head, sizeof(head), "%.64s %s", study->param, mw_scale_number(value, sizeof(value), s));
    if (rows) {
        mw_scale_text_heading(out, "By phase and call site", head, style);
        mw_text_table_write(table, out, mw_scale_text_width(style), style->color);
    }
    mw_text_table_destroy(table);
}

/* ---- how it scales ---- */

static void add_trend(struct mw_text_table *table, const struct mw_study *study, const struct mw_study_trend *trend)
{
    char text[200], value[32];

    mw_scale_number(value, sizeof(value), trend->s);
    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", trend->scaling == MW_STUDY_WEAK ? "weak" : "strong");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", study->param ? value : "",
                       trend->scaling == MW_STUDY_WEAK ? " a rank" : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%g → %g", trend->n_from, trend->n_to);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s → %s", bytes(trend->from).text, bytes(trend->to).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_scale_trend_words(text, sizeof(text), trend));
}

static void write_trends(FILE *out, const struct mw_study *study, const struct mw_report_style *style)
{
    struct mw_study_trend *trends = mw_mem_alloc(2 * study->run_count, sizeof(*trends));
    struct mw_text_table *table = mw_text_table_create();
    size_t count = mw_study_trends(study, trends);

    mw_text_table_column(table, "", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, study->param ? study->param : "", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "n", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "per process", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "per-process memory", MW_TEXT_LEFT, 30, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < count; i++)
        add_trend(table, study, &trends[i]);
    if (count) {
        mw_scale_text_heading(out, "Scaling", "the program's own memory in the fullest rank, without what MPI_Init took",
                              style);
        mw_text_table_write(table, out, mw_scale_text_width(style), style->color);
    }
    mw_text_table_destroy(table);
    free(trends);
}

/* ---- models ---- */

static void add_model(struct mw_text_table *table, const struct mw_study *study, const struct mw_study_series *series,
                      const struct mw_report_style *style)
{
    bool good = series->fit.verdict == MW_FIT_GOOD;
    char formula[400];

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_scale_group_word(series->group));
    put_name(table, series, style);
    mw_text_table_cell(table, good ? MW_TEXT_PLAIN : MW_TEXT_WARN, "%s%s",
                       mw_study_formula(formula, sizeof(formula), study, series), series->is_split ? " + MPI_Init" : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", good ? mw_units_percent(mw_study_off(series)).text : "");
}

static void write_models(FILE *out, const struct mw_study *study, const struct mw_report_style *style)
{
    struct mw_text_table *table = mw_text_table_create();
    size_t left_out = 0, follow = 0;

    if (study->why[0]) {
        mw_scale_text_heading(out, "Models", "", style);
        fprintf(out, "  none: %s\n", study->why);
        mw_text_table_destroy(table);
        return;
    }
    mw_text_table_column(table, "of", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "", MW_TEXT_LEFT, NAME_MIN, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "model", MW_TEXT_LEFT, 40, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "off by", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < study->series_count; i++)
        if (mw_study_is_line(&study->series[i]))
            continue;
        else if (is_shown(study, &study->series[i], style))
            add_model(table, study, &study->series[i], style);
        else if (study->series[i].follows)
            follow++;
        else
            left_out++;
    mw_scale_text_heading(out, "Models", "n ranks; off by: deviation of each run from the prediction of the others", style);
    mw_text_table_write(table, out, mw_scale_text_width(style), style->color);
    mw_text_table_destroy(table);
    if (follow)
        fprintf(out, "    %zu more have the same memory as one of these: --all lists them\n", follow);
    if (left_out)
        fprintf(out, "    %zu more phases and call sites that stay small, or are in few runs: --all lists them\n", left_out);
}

int mw_scale_text_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                        const struct mw_report_style *style)
{
    struct mw_ascii ascii = mw_ascii_begin(out, style->ascii);
    uint64_t error = 0;

    out = ascii.stream;
    for (size_t i = 0; i < study->run_count; i++)
        error = study->runs[i].error > error ? study->runs[i].error : error;
    fprintf(out, "memwatch scale  %s\n", study->command);
    fprintf(out, "  %zu run%s; readings may be up to %s too low\n", study->run_count, study->run_count == 1 ? "" : "s",
            mw_units_bytes(error).text);
    write_places(out, study, style);
    write_parts(out, study, style);
    write_trends(out, study, style);
    write_models(out, study, style);
    mw_scale_text_lines(out, study, forecast, style);
    mw_scale_text_forecast(out, study, forecast, style);
    mw_ascii_end(&ascii);
    return ferror(ascii.out) ? -1 : 0;
}
