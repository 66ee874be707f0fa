/* SPDX-License-Identifier: MIT */
/* The lines that allocated: what they held in each run, their models, and their predictions. */
#include "collector/scale/study_text_parts.h"

#include "collector/base/text_table.h"
#include "collector/base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 4
#define ROWS_MAX 10
#define NAME_MIN 20

struct page {
    const struct mw_study *study;
    const struct mw_forecast *forecast; /* NULL: none was requested */
    double n[COLUMNS_MAX], s;           /* the columns */
    size_t columns;
    bool all;
    bool has_gaps; /* some row has a run without an entry */
};

static size_t runs_with_lines(const struct mw_study *study)
{
    size_t count = 0;

    for (size_t i = 0; i < study->run_count; i++)
        count += study->runs[i].has_lines;
    return count;
}

/* The error of the largest value at the last n that has one; 0 if exact. */
static double error_of(const struct page *page, const struct mw_study_series *series)
{
    double error = 0, most = -1;

    for (size_t i = 0; i < page->study->run_count; i++) {
        const struct mw_study_run *run = &page->study->runs[i];
        if (run->s != page->s || isnan(series->bytes[i]))
            continue;
        if (run->n > most)
            error = 0;
        most = run->n;
        error = fmax(error, series->errors[i]);
    }
    return error;
}

static void add_columns(struct mw_text_table *table, const struct page *page)
{
    char head[32];

    mw_text_table_column(table, "line", MW_TEXT_LEFT, NAME_MIN, MW_TEXT_CUT_LEFT);
    for (size_t i = 0; i < page->columns; i++) {
        snprintf(head, sizeof(head), "n = %g", page->n[i]);
        mw_text_table_column(table, head, MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    }
    mw_text_table_column(table, "error", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    snprintf(head, sizeof(head), "at n = %g", page->forecast ? page->forecast->n : 0);
    mw_text_table_column(table, head, MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "band", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
}

/* "fft.c:87 (via allocate)"; the function is in the row below. */
static const char *title_of(const struct mw_study_series *series)
{
    return series->line->number ? series->line->label : series->name;
}

static void add_values(struct mw_text_table *table, const struct page *page, const struct mw_study_line_at *line)
{
    double error = error_of(page, line->series);

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", title_of(line->series));
    for (size_t i = 0; i < page->columns; i++) {
        double there = mw_scale_text_largest_at(page->study, line->series, page->n[i], page->s);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", isnan(there) ? "–" : mw_units_bytes_mean(there).text);
    }
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", error > 0 ? "± " : "", error > 0 ? mw_units_bytes_mean(error).text : "");
    if (line->reach != MW_FIT_REACHED) {
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", page->forecast ? "?" : "");
        return;
    }
    mw_text_table_cell(table, MW_TEXT_BOLD, "%s", mw_units_bytes_mean(line->band.bytes).text);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s to %s", mw_units_bytes_mean(line->band.low).text,
                       mw_units_bytes_mean(line->band.high).text);
}

static void append(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);

    snprintf(text + length, size - length, "%s%s", length ? "; " : "", more);
}

/* "in make_table: 1.0 MiB · n, off by 0.02 %" */
static void append_model(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series)
{
    bool is_good = study->lapack && series->fit.verdict == MW_FIT_GOOD, has_function = series->line->number > 0;
    char part[700], formula[300];

    mw_study_formula(formula, sizeof(formula), study, series);
    snprintf(part, sizeof(part), "%s%.300s%s%s%s%s%s", has_function ? "in " : "", has_function ? series->line->function : "",
             has_function ? ": " : "", is_good ? "" : "no model: ", formula, is_good ? ", off by " : "",
             is_good ? mw_units_percent(mw_study_off(series)).text : "");
    append(text, size, part);
}

/* If it has another model than the rank with most. */
static void append_mean(char *text, size_t size, const struct mw_study *study, const struct mw_study_series *series)
{
    const struct mw_study_series *mean = mw_study_find(study, MW_STUDY_LINE_MEAN, series->name);
    char part[400], formula[300], own[300];

    if (!study->lapack || !mean || mean->fit.verdict != MW_FIT_GOOD)
        return;
    mw_study_formula(own, sizeof(own), study, series);
    if (!strcmp(mw_study_formula(formula, sizeof(formula), study, mean), own))
        return;
    snprintf(part, sizeof(part), "mean of ranks %s", formula);
    append(text, size, part);
}

/* The model, the reason why there is no prediction, the mean of ranks, and runs without an entry. */
static void add_model(struct mw_text_table *table, const struct page *page, const struct mw_study_line_at *line)
{
    const struct mw_study *study = page->study;
    const struct mw_study_series *series = line->series;
    bool is_good = study->lapack && series->fit.verdict == MW_FIT_GOOD;
    size_t missing = mw_study_lines_missing(study, series);
    char text[2000] = "", part[500];

    append_model(text, sizeof(text), study, series);
    if (is_good && page->forecast && line->reach != MW_FIT_REACHED)
        append(text, sizeof(text),
               mw_study_why_not(part, sizeof(part), study, series, line->reach, page->forecast->n, page->forecast->s));
    append_mean(text, sizeof(text), study, series);
    if (missing) {
        snprintf(part, sizeof(part), "no entry in %zu of %zu runs", missing, runs_with_lines(study));
        append(text, sizeof(text), part);
    }
    mw_text_table_line(table, is_good ? MW_TEXT_PLAIN : MW_TEXT_WARN, text);
}

static void write_notes(FILE *out, const struct page *page, size_t left_out)
{
    size_t with = runs_with_lines(page->study);

    if (page->has_gaps)
        fprintf(out, "    no entry: it held less there than the smallest lines that are recorded, or nothing\n");
    if (with < page->study->run_count)
        fprintf(out, "    %zu of %zu runs have no lines (--no-heap, an earlier version, or spawned ranks)\n",
                page->study->run_count - with, page->study->run_count);
    if (left_out)
        fprintf(out, "    %zu more line%s\n", left_out, left_out == 1 ? ": --all lists it" : "s: --all lists them");
    if (page->all && page->study->small_lines)
        fprintf(out, "    lines that stay small, without a model: %zu\n", page->study->small_lines);
}

static void write_heading(FILE *out, const struct page *page, const struct mw_report_style *style)
{
    const struct mw_study *study = page->study;
    char more[300] = "held at a rank's peak, in the rank that held the most", value[32];
    size_t length = strlen(more);

    if (study->param)
        snprintf(more + length, sizeof(more) - length, "; %.64s %s", study->param,
                 mw_scale_number(value, sizeof(value), page->s));
    length = strlen(more);
    if (study->param && page->forecast)
        snprintf(more + length, sizeof(more) - length, ", prediction for %s",
                 mw_scale_number(value, sizeof(value), page->forecast->s));
    mw_scale_text_heading(out, "Lines", more, style);
}

void mw_scale_text_lines(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                         const struct mw_report_style *style)
{
    struct page page = {.study = study, .forecast = forecast, .s = study->runs[study->run_count - 1].s, .all = style->all};
    struct mw_text_table *table;
    size_t count, rows = 0;
    struct mw_study_line_at *lines = mw_study_lines_at(study, forecast != NULL, forecast ? forecast->n : 0,
                                                       forecast ? forecast->s : 0, &count);

    page.columns = mw_scale_text_ranks_at(study, page.s, page.n, forecast ? COLUMNS_MAX - 1 : COLUMNS_MAX);
    table = mw_text_table_create();
    add_columns(table, &page);
    for (size_t i = 0; i < count; i++) {
        if (!page.all && (!lines[i].is_large || rows == ROWS_MAX))
            continue;
        rows++;
        page.has_gaps |= mw_study_lines_missing(study, lines[i].series) > 0;
        add_values(table, &page, &lines[i]);
        add_model(table, &page, &lines[i]);
    }
    if (rows) {
        write_heading(out, &page, style);
        mw_text_table_write(table, out, mw_scale_text_width(style), style->color);
        write_notes(out, &page, count - rows);
    }
    mw_text_table_destroy(table);
    free(lines);
}
