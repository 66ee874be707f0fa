/* SPDX-License-Identifier: MIT */
/* A study as JSON, described by doc/scale.schema.json. */
#include "collector/scale/study_report.h"

#include "collector/base/json_out.h"
#include "collector/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA 1

/* Writes objects and arrays with the commas between them. */
struct json {
    FILE *out;
    bool begun; /* the innermost one already has an element */
};

static void key(struct json *json, const char *name)
{
    if (json->begun)
        fputc(',', json->out);
    json->begun = true;
    if (!name)
        return;
    mw_json_out_string(json->out, name);
    fputc(':', json->out);
}

static void open_in(struct json *json, const char *name, char bracket)
{
    key(json, name);
    fputc(bracket, json->out);
    json->begun = false;
}

static void close_in(struct json *json, char bracket)
{
    fputc(bracket, json->out);
    json->begun = true;
}

static void number(struct json *json, const char *name, double value)
{
    key(json, name);
    mw_json_out_double(json->out, value);
}

/* Integer bytes; null if unknown. */
static void bytes(struct json *json, const char *name, double value)
{
    number(json, name, round(value));
}

static void string(struct json *json, const char *name, const char *text)
{
    key(json, name);
    if (text)
        mw_json_out_string(json->out, text);
    else
        fputs("null", json->out);
}

static void boolean(struct json *json, const char *name, bool value)
{
    key(json, name);
    fputs(value ? "true" : "false", json->out);
}

static void band(struct json *json, const char *name, struct mw_fit_band value)
{
    open_in(json, name, '{');
    bytes(json, "bytes", value.bytes);
    bytes(json, "low_bytes", value.low);
    bytes(json, "high_bytes", value.high);
    close_in(json, '}');
}

static double or_unknown(uint64_t value)
{
    return value ? (double)value : NAN;
}

static void put_runs(struct json *json, const struct mw_study *study)
{
    open_in(json, "runs", '[');
    for (size_t i = 0; i < study->run_count; i++) {
        const struct mw_study_run *run = &study->runs[i];
        open_in(json, NULL, '{');
        string(json, "name", run->name);
        number(json, "n", run->n);
        number(json, "value", study->param ? run->s : NAN);
        bytes(json, "rank_bytes", (double)run->rank);
        boolean(json, "exact", run->exact);
        bytes(json, "error_bytes", (double)run->error);
        bytes(json, "mpi_init_bytes", or_unknown(run->mpi));
        bytes(json, "rank_0_bytes", or_unknown(run->rank_0));
        bytes(json, "other_ranks_bytes", or_unknown(run->others));
        bytes(json, "job_at_most_bytes", or_unknown(run->job));
        boolean(json, "has_lines", run->has_lines);
        close_in(json, '}');
    }
    close_in(json, ']');
}

static void put_trends(struct json *json, const struct mw_study *study)
{
    struct mw_study_trend *trends = mw_mem_alloc(2 * study->run_count, sizeof(*trends));
    size_t count = mw_study_trends(study, trends);
    char text[400];

    open_in(json, "trends", '[');
    for (size_t i = 0; i < count; i++) {
        const struct mw_study_trend *trend = &trends[i];
        open_in(json, NULL, '{');
        string(json, "scaling", trend->scaling == MW_STUDY_WEAK ? "weak" : "strong");
        number(json, "value", study->param ? trend->s : NAN);
        number(json, "n_from", trend->n_from);
        number(json, "n_to", trend->n_to);
        bytes(json, "from_bytes", trend->from);
        bytes(json, "to_bytes", trend->to);
        number(json, "divided", trend->divided);
        string(json, "text", mw_scale_trend_words(text, sizeof(text), trend));
        close_in(json, '}');
    }
    close_in(json, ']');
    free(trends);
}

#define RIVALS 5

/* The most likely ones beside the best. */
static void put_rivals(struct json *json, const struct mw_fit *fit, const char *param)
{
    size_t count = 0;
    char text[200];

    open_in(json, "rivals", '[');
    for (size_t i = 0; i < fit->model_count && count < RIVALS; i++) {
        const struct mw_fit_model *model = &fit->models[i];
        if (!memcmp(model->terms, fit->best.terms, sizeof(model->terms)))
            continue;
        count++;
        open_in(json, NULL, '{');
        string(json, "formula", mw_fit_formula(text, sizeof(text), model, param));
        number(json, "weight", model->weight);
        close_in(json, '}');
    }
    close_in(json, ']');
}

/* null if there is none. */
static void put_fit(struct json *json, const char *name, const struct mw_fit *fit, bool there, const char *param)
{
    const struct mw_fit_model *model = &fit->best;
    char text[200];

    if (!there || fit->verdict != MW_FIT_GOOD) {
        string(json, name, NULL);
        return;
    }
    open_in(json, name, '{');
    string(json, "formula", mw_fit_formula(text, sizeof(text), model, param));
    number(json, "from_n", model->from_n);
    number(json, "off", model->off);
    number(json, "weight", model->weight);
    open_in(json, "terms", '[');
    for (size_t i = 0; i < model->term_count; i++) {
        const struct mw_law_term *term = &model->terms[i];
        if (term->to_n > 0) /* below a plateau */
            continue;
        open_in(json, NULL, '{');
        number(json, "bytes", model->squares.coefs[i]);
        number(json, "n_power", term->n_sixths / 6.0);
        number(json, "n_logs", term->n_logs);
        number(json, "value_power", term->s_sixths / 6.0);
        number(json, "value_logs", term->s_logs);
        close_in(json, '}');
    }
    close_in(json, ']');
    put_rivals(json, fit, param);
    close_in(json, '}');
}

static void put_points(struct json *json, const struct mw_study *study, const struct mw_study_series *series)
{
    open_in(json, "points", '[');
    for (size_t i = 0; i < study->run_count; i++) {
        if (isnan(series->bytes[i]))
            continue;
        open_in(json, NULL, '{');
        number(json, "run", (double)i);
        bytes(json, "bytes", series->bytes[i]);
        bytes(json, "mpi_init_bytes", series->mpi[i]);
        if (series->errors)
            bytes(json, "error_bytes", series->errors[i]);
        close_in(json, '}');
    }
    close_in(json, ']');
}

/* One number of a curve at each of its points: one array per number, so that names are not repeated for each point. */
static void put_column(struct json *json, const char *name, const struct mw_scale_point *curve, size_t count,
                       double (*of)(const struct mw_scale_point *))
{
    open_in(json, name, '[');
    for (size_t i = 0; i < count; i++)
        number(json, NULL, of(&curve[i]));
    close_in(json, ']');
}

static double ranks_of(const struct mw_scale_point *point)
{
    return point->n;
}

static double bytes_of(const struct mw_scale_point *point)
{
    return round(point->band.bytes);
}

static double low_of(const struct mw_scale_point *point)
{
    return round(point->band.low);
}

static double high_of(const struct mw_scale_point *point)
{
    return round(point->band.high);
}

static void put_curve(struct json *json, const struct mw_study *study, const struct mw_study_series *series, double s,
                      double to)
{
    struct mw_scale_point curve[MW_SCALE_CURVE];
    size_t count = mw_scale_curve(study, series, s, to, curve);

    if (!count)
        return;
    open_in(json, NULL, '{');
    number(json, "value", study->param ? s : NAN);
    put_column(json, "n", curve, count, ranks_of);
    put_column(json, "bytes", curve, count, bytes_of);
    put_column(json, "low_bytes", curve, count, low_of);
    put_column(json, "high_bytes", curve, count, high_of);
    close_in(json, '}');
}

static struct mw_study_line_at *lines_of(const struct mw_study *study, const struct mw_forecast *forecast, size_t *count)
{
    return mw_study_lines_at(study, forecast != NULL, forecast ? forecast->n : 0, forecast ? forecast->s : 0, count);
}

/* Of lines only the large ones. */
static bool has_curves(const struct mw_study *study, const struct mw_study_series *series, const struct mw_study_line_at *lines,
                       size_t count)
{
    bool is_large = false;

    for (size_t i = 0; i < count; i++)
        is_large |= lines[i].series == series && lines[i].is_large;
    return study->lapack && (is_large || !mw_study_is_line(series));
}

/* One at each measured value of the parameter, and at the requested one. */
static void put_curves(struct json *json, const struct mw_study *study, const struct mw_study_series *series,
                       const struct mw_forecast *forecast, bool drawn)
{
    double to = mw_scale_curve_end(study, forecast);
    bool asked = forecast != NULL; /* and not among the measured ones */

    open_in(json, "curves", '[');
    for (size_t i = 0; drawn && i < study->run_count; i++) {
        double s = study->runs[i].s; /* they are in order */
        if (asked && s == forecast->s)
            asked = false;
        if (i == 0 || s != study->runs[i - 1].s)
            put_curve(json, study, series, s, to);
    }
    if (drawn && asked)
        put_curve(json, study, series, forecast->s, to);
    close_in(json, ']');
}

static void put_series(struct json *json, const struct mw_study *study, const struct mw_forecast *forecast)
{
    static const char *const groups[] = {"rank", "mpi", "phase", "site", "rise", "line", "line_mean"};
    static const char *const verdicts[] = {"good", "too_few", "contradicting", "unexplained", "gone"};
    size_t count;
    struct mw_study_line_at *lines = lines_of(study, forecast, &count);

    open_in(json, "series", '[');
    for (size_t i = 0; i < study->series_count; i++) {
        const struct mw_study_series *series = &study->series[i];
        bool good = study->lapack && series->fit.verdict == MW_FIT_GOOD;
        open_in(json, NULL, '{');
        string(json, "group", groups[series->group]);
        string(json, "name", series->name);
        boolean(json, "telling", mw_study_is_notable(study, series));
        string(json, "follows", series->follows ? series->follows->name : NULL);
        string(json, "verdict", study->lapack ? verdicts[series->fit.verdict] : "no_lapack");
        string(json, "why", good ? NULL : study->lapack ? series->fit.why : study->why);
        number(json, "off", good ? mw_study_off(series) : NAN);
        put_fit(json, "model", &series->fit, study->lapack, study->param);
        put_fit(json, "mpi_model", &series->mpi_fit, series->is_split, study->param);
        put_points(json, study, series);
        put_curves(json, study, series, forecast, has_curves(study, series, lines, count));
        close_in(json, '}');
    }
    close_in(json, ']');
    free(lines);
}

/* The ways of mw_fit_reach. */
static const char *const reaches[] = {"reached", "no_model", "n_fixed",   "value_fixed",
                                      "n_below", "n_far",    "value_far", "vague"};

static size_t index_of(const struct mw_study *study, const struct mw_study_series *series)
{
    return (size_t)(series - study->series);
}

static void put_line(struct json *json, const struct mw_study *study, const struct mw_forecast *forecast,
                     const struct mw_study_line_at *at)
{
    const struct mw_study_series *series = at->series, *mean = mw_study_find(study, MW_STUDY_LINE_MEAN, series->name);
    const struct mw_study_line *line = series->line;
    char why[500];

    open_in(json, NULL, '{');
    number(json, "series", (double)index_of(study, series));
    number(json, "mean_series", mean ? (double)index_of(study, mean) : NAN);
    string(json, "label", line->label);
    string(json, "function", line->function[0] ? line->function : NULL);
    string(json, "file", line->file[0] ? line->file : NULL);
    number(json, "line", line->number ? line->number : NAN);
    string(json, "owner", line->is_mpi ? "mpi" : "program");
    boolean(json, "large", at->is_large);
    number(json, "missing", (double)mw_study_lines_missing(study, series));
    if (at->reach == MW_FIT_REACHED)
        band(json, "prediction", at->band);
    else
        string(json, "prediction", NULL);
    string(json, "reach", forecast ? reaches[at->reach] : NULL);
    if (forecast && at->reach != MW_FIT_REACHED)
        string(json, "why", mw_study_why_not(why, sizeof(why), study, series, at->reach, forecast->n, forecast->s));
    else
        string(json, "why", NULL);
    close_in(json, '}');
}

static void put_lines(struct json *json, const struct mw_study *study, const struct mw_forecast *forecast)
{
    size_t count;
    struct mw_study_line_at *lines = lines_of(study, forecast, &count);

    open_in(json, "lines", '[');
    for (size_t i = 0; i < count; i++)
        put_line(json, study, forecast, &lines[i]);
    close_in(json, ']');
    free(lines);
}

static void put_named(struct json *json, const char *name, const struct mw_study_series *series)
{
    char text[500] = "";

    if (series)
        snprintf(text, sizeof(text), "%s %.400s", mw_scale_group_word(series->group), series->name);
    string(json, name, series ? text : NULL);
}

static double or_none(double value)
{
    return value > 0 ? value : NAN;
}

static void put_limits(struct json *json, const struct mw_forecast *forecast)
{
    put_named(json, "fullest_in", forecast->fullest);
    put_named(json, "first_not_to_fit", forecast->first);
    number(json, "first_not_to_fit_n", or_none(forecast->first_n.by_value));
    number(json, "first_not_to_fit_n_with_band", or_none(forecast->first_n.by_band));
    number(json, "searched_n", forecast->searched);
    number(json, "fits_from_n", or_none(forecast->fits_from.by_value));
    number(json, "fits_from_n_with_band", or_none(forecast->fits_from.by_band));
    number(json, "largest_value", or_none(forecast->s_largest.by_value));
    boolean(json, "largest_value_open", forecast->s_largest.open_by_value);
    number(json, "largest_value_with_band", or_none(forecast->s_largest.by_band));
    boolean(json, "largest_value_with_band_open", forecast->s_largest.open_by_band);
}

static void put_possible(struct json *json, const struct mw_forecast *forecast)
{
    char line[200];

    band(json, "rank", forecast->rank);
    band(json, "node", forecast->node);
    if (forecast->has_roles) {
        band(json, "rank_0", forecast->rank_0);
        band(json, "other_ranks", forecast->others);
    }
    boolean(json, "fits", forecast->fits);
    boolean(json, "fits_with_band", forecast->surely);
    bytes(json, "headroom_bytes", forecast->headroom);
    put_limits(json, forecast);
    string(json, "slurm", mw_scale_slurm(line, sizeof(line), forecast, false));
    string(json, "slurm_per_cpu", mw_scale_slurm(line, sizeof(line), forecast, true));
}

static void put_prediction(struct json *json, const struct mw_study *study, const struct mw_forecast *forecast)
{
    const struct mw_study_series *rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank");
    char why[300];

    if (!forecast) {
        string(json, "prediction", NULL);
        return;
    }
    open_in(json, "prediction", '{');
    number(json, "n", forecast->n);
    number(json, "value", study->param ? forecast->s : NAN);
    number(json, "ranks_per_node", forecast->ranks_per_node);
    bytes(json, "node_memory_bytes", forecast->node_bytes);
    number(json, "nodes", forecast->nodes);
    boolean(json, "possible", mw_scale_is_possible(study, forecast));
    string(json, "reach", reaches[forecast->reach]);
    mw_study_why_not(why, sizeof(why), study, rank, forecast->reach, forecast->n, forecast->s);
    string(json, "why", *why ? why : NULL);
    if (mw_scale_is_possible(study, forecast))
        put_possible(json, forecast);
    close_in(json, '}');
}

static void put_advice(struct json *json, const struct mw_study *study, const struct mw_forecast *forecast)
{
    struct mw_advice advice = mw_scale_advice(study, forecast);

    if (!advice.found) {
        string(json, "next_run", NULL);
        return;
    }
    open_in(json, "next_run", '{');
    number(json, "n", advice.n);
    number(json, "value", study->param ? advice.s : NAN);
    if (advice.has_band)
        band(json, "rank", advice.band);
    close_in(json, '}');
}

int mw_scale_json_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                        const struct mw_report_style *style)
{
    struct json json = {out, false};

    (void)style;
    open_in(&json, NULL, '{');
    number(&json, "schema", SCHEMA);
    string(&json, "command", study->command);
    string(&json, "param", study->param);
    put_runs(&json, study);
    put_trends(&json, study);
    put_series(&json, study, forecast);
    put_lines(&json, study, forecast);
    put_prediction(&json, study, forecast);
    put_advice(&json, study, forecast);
    close_in(&json, '}');
    fputc('\n', out);
    return ferror(out) ? -1 : 0;
}
