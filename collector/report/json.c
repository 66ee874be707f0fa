/* SPDX-License-Identifier: MIT */
#include "collector/report/json.h"

#include "collector/base/clock.h"
#include "collector/base/json_out.h"
#include "collector/base/map.h"
#include "collector/record/fields.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

struct json {
    FILE *out;
    const struct mw_model *model;
    const struct mw_report_style *style;
    struct mw_map *places; /* address -> index */
};

static void write_object(struct json *json, const struct mw_fields *fields, const void *item);

/* ---- values ---- */

static void write_index(FILE *out, uint32_t index)
{
    if (index == MW_MODEL_NONE)
        fputs("null", out);
    else
        fprintf(out, "%" PRIu32, index);
}

static void write_place(struct json *json, const struct mw_model_place *place)
{
    write_index(json->out, place ? mw_map_find(json->places, &place, sizeof(place)) : MW_MODEL_NONE);
}

static void write_places(struct json *json, const struct mw_model_place *const *places, size_t count)
{
    putc('[', json->out);
    for (size_t i = 0; i < count; i++) {
        if (i)
            putc(',', json->out);
        write_place(json, places[i]);
    }
    putc(']', json->out);
}

/* One item per line. */
static void write_list(struct json *json, const struct mw_fields *fields, const void *items, size_t count)
{
    putc('[', json->out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ",\n" : "\n", json->out);
        write_object(json, fields, (const char *)items + i * fields->size);
    }
    putc(']', json->out);
}

static void write_word(FILE *out, const char *const *words, int value)
{
    int count = 0;

    while (words[count])
        count++;
    mw_json_out_string(out, words[value >= 0 && value < count ? value : 0]);
}

static void write_name(FILE *out, const char *text)
{
    if (text)
        mw_json_out_string(out, text);
    else
        fputs("null", out);
}

static void write_rank(FILE *out, int32_t rank)
{
    if (rank < 0)
        fputs("null", out);
    else
        fprintf(out, "%" PRId32, rank);
}

static void write_known(FILE *out, struct mw_model_bytes bytes)
{
    if (bytes.kind == MW_MODEL_UNKNOWN)
        fputs("null", out);
    else
        mw_json_out_unsigned(out, bytes.bytes);
}

static void write_value(struct json *json, const struct mw_field *field, const void *item)
{
    const void *at = (const char *)item + field->offset;
    FILE *out = json->out;

    switch (field->type) {
    case MW_FIELD_U64:
    case MW_FIELD_TIME: mw_json_out_unsigned(out, *(const uint64_t *)at); break;
    case MW_FIELD_I64: fprintf(out, "%" PRId64, *(const int64_t *)at); break;
    case MW_FIELD_U32: fprintf(out, "%" PRIu32, *(const uint32_t *)at); break;
    case MW_FIELD_I32: fprintf(out, "%" PRId32, *(const int32_t *)at); break;
    case MW_FIELD_RANK: write_rank(out, *(const int32_t *)at); break;
    case MW_FIELD_BOOL: fputs(*(const bool *)at ? "true" : "false", out); break;
    case MW_FIELD_DOUBLE: mw_json_out_double(out, *(const double *)at); break;
    case MW_FIELD_KNOWN: write_known(out, *(const struct mw_model_bytes *)at); break;
    case MW_FIELD_STRING:
    case MW_FIELD_NAME: write_name(out, *(const char *const *)at); break;
    case MW_FIELD_ENUM: write_word(out, field->words, *(const int *)at); break;
    case MW_FIELD_INDEX: write_index(out, *(const uint32_t *)at); break;
    case MW_FIELD_PLACE: write_place(json, *(const struct mw_model_place *const *)at); break;
    case MW_FIELD_PLACES: write_places(json, *(const struct mw_model_place **const *)at, mw_field_count(field, item)); break;
    case MW_FIELD_STRUCT: write_object(json, field->of, at); break;
    case MW_FIELD_LIST: write_list(json, field->of, *(void *const *)at, mw_field_count(field, item)); break;
    case MW_FIELD_ROOM: write_list(json, field->of, at, mw_field_count(field, item)); break;
    case MW_FIELD_END: break;
    }
}

/* ---- fields compatible with samplers ---- */

/* RFC 3339, UTC, milliseconds, of a monotonic time; null for 0. */
static void write_time(struct json *json, const char *name, uint64_t ns)
{
    const struct mw_model_job *job = &json->model->job;
    uint64_t wall = mw_model_sum(job->begin_wall_ns, mw_model_elapsed(json->model, ns));
    time_t seconds = (time_t)(wall / MW_NS_PER_SEC);
    struct tm tm;
    char text[40];

    if (!ns || !job->begin_wall_ns || !gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%FT%T", &tm))
        fprintf(json->out, "\"%s\":null", name);
    else
        fprintf(json->out, "\"%s\":\"%s.%03uZ\"", name, text, (unsigned)(wall / MW_NS_PER_MS % 1000));
}

static void write_process_words(struct json *json, const struct mw_model_process *process)
{
    fprintf(json->out, "\"max_rss_kib\":%" PRIu64 ",", process->peak.bytes / 1024);
    write_time(json, "first_seen", process->first_ns);
    putc(',', json->out);
    write_time(json, "last_seen", process->last_ns);
    putc(',', json->out);
    write_time(json, "peak_time", process->rss_max_ns);
    putc(',', json->out);
}

static void write_timeline(struct json *json)
{
    const struct mw_model *model = json->model;
    bool any = false;

    fputs("\"timeline\":[", json->out);
    for (size_t i = 0; i < model->slice_count; i++) {
        const struct mw_view_slice *slice = &model->slices[i];
        if (!slice->samples)
            continue;
        fputs(any ? ",\n{" : "\n{", json->out);
        any = true;
        write_time(json, "timestamp", mw_model_sum(model->job.begin_ns, i * model->slice_ns));
        fputs(",\"elapsed_seconds\":", json->out);
        mw_json_out_seconds(json->out, i * model->slice_ns);
        fprintf(json->out, ",\"total_rss_kib\":%" PRIu64 ",\"process_count\":%u}", slice->rss_max / 1024, slice->processes);
    }
    fputs("],\n", json->out);
}

static void count_hidden(const struct mw_model *model, const struct mw_report_style *style, size_t *hidden, uint64_t *bytes)
{
    for (size_t i = 0; i < model->process_count; i++)
        if (!mw_report_lists(style, model->processes[i].command)) {
            ++*hidden;
            *bytes = mw_model_sum(*bytes, model->processes[i].peak.bytes);
        }
}

static void write_filter(struct json *json)
{
    const struct mw_report_style *style = json->style;
    size_t hidden = 0;
    uint64_t bytes = 0;

    count_hidden(json->model, style, &hidden, &bytes);
    for (size_t i = 0; i < json->model->job_count; i++)
        count_hidden(&json->model->jobs[i], style, &hidden, &bytes);
    fputs("\"filter\":", json->out);
    if (style->include || style->exclude) {
        fputs("{\"include\":", json->out);
        write_name(json->out, style->include_text);
        fputs(",\"exclude\":", json->out);
        write_name(json->out, style->exclude_text);
        putc('}', json->out);
    } else {
        fputs("null", json->out);
    }
    fprintf(json->out, ",\n\"filtered_process_count\":%zu,\n\"filtered_total_rss_kib\":%" PRIu64 ",\n", hidden, bytes / 1024);
}

/* Achieved milliseconds between samples; null if unknown. */
static void write_gap(FILE *out, uint64_t ns)
{
    if (ns)
        mw_json_out_decimal(out, ns, 6);
    else
        fputs("null", out);
}

static void write_head(struct json *json)
{
    const struct mw_model_job *job = &json->model->job;
    FILE *out = json->out;

    fputs("{\"schema\":\"" MW_RECORD_SCHEMA "\",\n\"command\":", out);
    mw_json_out_string(out, job->command);
    fputs(",\n", out);
    write_time(json, "start_time", job->begin_ns);
    fputs(",\n", out);
    write_time(json, "end_time", mw_model_end(json->model));
    fputs(",\n\"duration_seconds\":", out);
    mw_json_out_seconds(out, mw_model_duration(json->model));
    fputs(",\n\"interval_ms\":", out);
    mw_json_out_decimal(out, job->interval_ns, 6);
    fputs(",\n\"interval_mean_ms\":", out);
    write_gap(out, job->gap_mean_ns);
    fputs(",\n\"interval_longest_ms\":", out);
    write_gap(out, job->gap_max_ns);
    fprintf(out, ",\n\"max_total_rss_kib\":%" PRIu64 ",\n\"samples\":%" PRIu64 ",\n\"exit_code\":",
            json->model->peak.seen.bytes / 1024, job->samples);
    if (mw_model_status_is_known(json->model))
        fprintf(out, "%d,\n", job->exit_status);
    else
        fputs("null,\n", out);
    write_filter(json);
    write_timeline(json);
}

/* ---- all ---- */

static void write_fields(struct json *json, const struct mw_fields *fields, const void *item, const char *between)
{
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
        if (field != fields->field)
            fputs(between, json->out);
        if (!fields->tuple)
            fprintf(json->out, "\"%s\":", field->name);
        write_value(json, field, item);
    }
}

static void write_object(struct json *json, const struct mw_fields *fields, const void *item)
{
    putc(fields->tuple ? '[' : '{', json->out);
    if (fields == &mw_fields_process)
        write_process_words(json, item);
    write_fields(json, fields, item, ",");
    putc(fields->tuple ? ']' : '}', json->out);
}

static struct mw_map *number_places(const struct mw_model *model)
{
    struct mw_map *map = mw_map_create();

    for (size_t i = 0; i < model->place_count; i++)
        mw_map_add(map, &model->places[i], sizeof(model->places[i]), (uint32_t)i);
    return map;
}

static void write_all_places(struct json *json)
{
    fputs("\"places\":[", json->out);
    for (size_t i = 0; i < json->model->place_count; i++) {
        fputs(i ? ",\n" : "\n", json->out);
        write_object(json, &mw_fields_place, json->model->places[i]);
    }
    fputs("],\n", json->out);
}

int mw_report_json_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct json json = {.out = out, .model = model, .style = style, .places = number_places(model)};

    write_head(&json);
    write_all_places(&json);
    write_fields(&json, &mw_fields_model, model, ",\n");
    fputs("}\n", out);
    mw_map_destroy(json.places);
    return ferror(out) ? -1 : 0;
}
