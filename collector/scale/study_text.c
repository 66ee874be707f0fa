/* SPDX-License-Identifier: MIT */
/* A study for a terminal. */
#include "collector/scale/study_report.h"

#include "collector/mem.h"
#include "collector/text_table.h"
#include "collector/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WIDTH 100
#define NAME_LEAST 16

static int width_of(const struct mw_report_style *style)
{
    return style->width ? style->width : DEFAULT_WIDTH;
}

static struct mw_units bytes(double value)
{
    struct mw_units none = {"?"};

    return isnan(value) ? none : mw_units_bytes_mean(value);
}

static void heading(FILE *out, const char *title, const char *more, const struct mw_report_style *style)
{
    fprintf(out, "\n%s%s%s%s%s\n", mw_text_style_start(MW_TEXT_BOLD, style->color), title,
            mw_text_style_end(MW_TEXT_BOLD, style->color), *more ? "   " : "", more);
}

/* ---- what was measured ---- */

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
    mw_text_table_column(table, "MPI's own", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
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
        mw_text_table_cell(table, MW_TEXT_BOLD, "%s %s", place->exact ? "=" : "≥", bytes(place->rank).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", place->runs > 1 ? bytes(place->spread).text : "");
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->mpi).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->program).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->rank_0).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", bytes(place->others).text);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s%s", isnan(place->job) ? "" : "≤ ", bytes(place->job).text);
    }
    heading(out, "Memory by number of ranks",
            "peaks of RSS: = exact   ≥ at least   ≤ at most   MPI's own: what MPI_Init took", style);
    mw_text_table_write(table, out, width_of(style), style->color);
    mw_text_table_destroy(table);
    free(places);
}

/* ---- by phase and call site ---- */

#define COLUMNS_MOST 8

/* The different n at one s, from the smallest on; the last ones of many. */
static size_t ranks_at(const struct mw_study *study, double s, double n[COLUMNS_MOST])
{
    size_t count = 0;

    for (size_t i = 0; i < study->run_count; i++) { /* they are in order */
        if (study->runs[i].s != s || (count && n[count - 1] == study->runs[i].n))
            continue;
        if (count == COLUMNS_MOST)
            memmove(n, n + 1, --count * sizeof(*n));
        n[count++] = study->runs[i].n;
    }
    return count;
}

/* The largest of the runs there; NAN where none had it. */
static double largest_at(const struct mw_study *study, const struct mw_study_series *series, double n, double s)
{
    double largest = NAN;

    for (size_t i = 0; i < study->run_count; i++)
        if (study->runs[i].n == n && study->runs[i].s == s)
            largest = fmax(largest, series->bytes[i]);
    return largest;
}

/* Without a parameter, and otherwise for its largest value: that is where memory is short. */
static void write_parts(FILE *out, const struct mw_study *study, const struct mw_report_style *style)
{
    struct mw_text_table *table = mw_text_table_create();
    double n[COLUMNS_MOST], s = study->runs[study->run_count - 1].s;
    size_t columns = ranks_at(study, s, n), rows = 0;
    char head[128] = "", value[32];

    mw_text_table_column(table, "", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "", MW_TEXT_LEFT, NAME_LEAST, MW_TEXT_CUT_MIDDLE);
    for (size_t i = 0; i < columns; i++) {
        snprintf(value, sizeof(value), "n = %g", n[i]);
        mw_text_table_column(table, value, MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    }
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        if (series->group < MW_STUDY_PHASE || (!style->all && !mw_study_is_telling(study, series)))
            continue;
        rows++;
        mw_text_table_row(table);
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_scale_group_word(series->group));
        mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", series->name);
        for (size_t j = 0; j < columns; j++) {
            double there = largest_at(study, series, n[j], s);
            mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", isnan(there) ? "–" : bytes(there).text);
        }
    }
    if (study->param)
        snprintf(head, sizeof(head), "%.64s %s", study->param, mw_scale_number(value, sizeof(value), s));
    if (rows) {
        heading(out, "By phase and call site", head, style);
        mw_text_table_write(table, out, width_of(style), style->color);
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
        heading(out, "Scaling", "the program's own memory in the fullest rank, without MPI's share", style);
        mw_text_table_write(table, out, width_of(style), style->color);
    }
    mw_text_table_destroy(table);
    free(trends);
}

/* ---- models ---- */

static void add_model(struct mw_text_table *table, const struct mw_study *study, const struct mw_study_series *series)
{
    bool good = series->fit.verdict == MW_FIT_GOOD;
    char formula[400];

    mw_text_table_row(table);
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", mw_scale_group_word(series->group));
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", series->name);
    mw_text_table_cell(table, good ? MW_TEXT_PLAIN : MW_TEXT_WARN, "%s%s",
                       mw_study_formula(formula, sizeof(formula), study, series), series->is_split ? " + MPI's own" : "");
    mw_text_table_cell(table, MW_TEXT_PLAIN, "%s", good ? mw_units_percent(mw_study_off(series)).text : "");
}

static void write_models(FILE *out, const struct mw_study *study, const struct mw_report_style *style)
{
    struct mw_text_table *table = mw_text_table_create();
    size_t left_out = 0;

    if (study->why[0]) {
        heading(out, "Models", "", style);
        fprintf(out, "  none: %s\n", study->why);
        mw_text_table_destroy(table);
        return;
    }
    mw_text_table_column(table, "of", MW_TEXT_LEFT, 0, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "", MW_TEXT_LEFT, NAME_LEAST, MW_TEXT_CUT_MIDDLE);
    mw_text_table_column(table, "model", MW_TEXT_LEFT, 40, MW_TEXT_CUT_RIGHT);
    mw_text_table_column(table, "off by", MW_TEXT_RIGHT, 0, MW_TEXT_CUT_RIGHT);
    for (size_t i = 0; i < study->series_count; i++)
        if (style->all || mw_study_is_telling(study, &study->series[i]))
            add_model(table, study, &study->series[i]);
        else
            left_out++;
    heading(out, "Models", "n ranks; off by: how far each run is from what the others predict", style);
    mw_text_table_write(table, out, width_of(style), style->color);
    mw_text_table_destroy(table);
    if (left_out)
        fprintf(out, "    %zu more phases and call sites that stay small, or are in few runs: --all lists them\n", left_out);
}

/* ---- the forecast ---- */

static void write_band(FILE *out, const char *what, struct mw_fit_band band)
{
    fprintf(out, "  %-22s %12s   %s to %s\n", what, bytes(band.bytes).text, bytes(band.low).text, bytes(band.high).text);
}

static void write_series_at(FILE *out, const char *what, const struct mw_study_series *series)
{
    fprintf(out, "  %-22s %s %s", what, mw_scale_group_word(series->group), series->name);
}

static void write_limits(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast)
{
    char text[32];

    if (forecast->fullest) {
        write_series_at(out, "fullest in", forecast->fullest);
        fprintf(out, " (%s)\n", bytes(forecast->fullest_band.bytes).text);
    }
    if (forecast->first) {
        write_series_at(out, "first not to fit", forecast->first);
        fprintf(out, ", from %s ranks on\n", mw_scale_number(text, sizeof(text), forecast->first_n));
    } else if (forecast->fits) {
        fprintf(out, "  %-22s nothing, up to %s ranks, %g on each node\n", "first not to fit",
                mw_scale_number(text, sizeof(text), forecast->searched), forecast->ranks_per_node);
    }
    if (!forecast->fits) {
        if (forecast->fits_from > 0)
            fprintf(out, "  %-22s %s ranks on\n", "it fits from", mw_scale_number(text, sizeof(text), forecast->fits_from));
        else
            fprintf(out, "  %-22s on fewer ranks for each node, or on nodes with more memory\n", "it fits");
    }
    if (forecast->s_largest > 0) {
        fprintf(out, "  largest %-14s %12.4g", study->param, forecast->s_largest);
        if (forecast->s_surely > 0)
            fprintf(out, "   %.4g with the whole band", forecast->s_surely);
        fputc('\n', out);
    }
}

static void write_forecast(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                           const struct mw_report_style *style)
{
    const struct mw_study_series *rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank");
    enum mw_text_style color = forecast->surely ? MW_TEXT_GOOD : forecast->fits ? MW_TEXT_WARN : MW_TEXT_ALARM;
    char title[200], s[32] = "", text[200], n[32];

    if (study->param)
        snprintf(s, sizeof(s), "%.6g", forecast->s);
    snprintf(title, sizeof(title), "n = %s%s%s%s%s, %g on each node of %s", mw_scale_number(n, sizeof(n), forecast->n),
             study->param ? ", " : "", study->param ? study->param : "", study->param ? " = " : "", s,
             fmin(forecast->ranks_per_node, forecast->n), bytes(forecast->node_bytes).text);
    heading(out, "Prediction", title, style);
    if (!mw_scale_is_possible(study, forecast)) {
        mw_study_formula(text, sizeof(text), study, rank);
        fprintf(out, "  none: %s\n", rank->fit.verdict != MW_FIT_GOOD || !study->lapack ? text :
                !rank->fit.knows_n ? "the number of ranks was not varied enough: three different ones at least" :
                "the parameter was not varied enough: three different values at least");
        return;
    }
    fprintf(out, "  %-22s %12s   band: 95 %% of such runs\n", "", "peak");
    write_band(out, "fullest rank", forecast->rank);
    if (forecast->has_roles) {
        write_band(out, "rank 0", forecast->rank_0);
        write_band(out, "other ranks, each", forecast->others);
    }
    write_band(out, "node with rank 0", forecast->node);
    fprintf(out, "  %-22s %s%12s%s   %s\n", "headroom of the node", mw_text_style_start(color, style->color),
            forecast->headroom < 0 ? "none" : bytes(forecast->headroom).text, mw_text_style_end(color, style->color),
            forecast->surely ? "it fits, with the whole band" :
            forecast->fits ? "it may fit: the upper end of the band does not" : "it does not fit");
    write_limits(out, study, forecast);
    fprintf(out, "  Slurm                  sbatch %s\n", mw_scale_slurm(text, sizeof(text), forecast, false));
    fprintf(out, "    or                   sbatch %s\n", mw_scale_slurm(text, sizeof(text), forecast, true));
    if (forecast->n > 8 * rank->fit.n_max)
        fprintf(out, "  The largest run had %g ranks, %.0f times fewer: a run in between would tell much.\n", rank->fit.n_max,
                forecast->n / rank->fit.n_max);
    if (forecast->rank.high > 2 * forecast->rank.bytes || forecast->rank.low < forecast->rank.bytes / 2)
        fprintf(out, "  The band is wide: more runs (--repeat), or more different numbers of ranks, make it narrower.\n");
}

int mw_scale_text_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                        const struct mw_report_style *style)
{
    uint64_t error = 0;

    for (size_t i = 0; i < study->run_count; i++)
        error = study->runs[i].error > error ? study->runs[i].error : error;
    fprintf(out, "memwatch scale  %s\n", study->command);
    fprintf(out, "  %zu run%s; readings may be up to %s too low\n", study->run_count, study->run_count == 1 ? "" : "s",
            mw_units_bytes(error).text);
    write_places(out, study, style);
    write_parts(out, study, style);
    write_trends(out, study, style);
    write_models(out, study, style);
    if (forecast)
        write_forecast(out, study, forecast, style);
    return ferror(out) ? -1 : 0;
}
