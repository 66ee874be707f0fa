/* SPDX-License-Identifier: MIT */
#include "collector/record/json.h"

#include "collector/base/mem.h"
#include "collector/base/safe_open.h"
#include "collector/model/in_mpi.h"
#include "collector/record/check.h"
#include "collector/record/fields.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLANKS_MAX 4096 /* allowed blanks before a record's first brace */

struct reader {
    struct mw_model *model;
    const struct mw_model_place **frames; /* position of the rank's next frames */
    struct mw_err *err;
};

static int read_object(struct reader *reader, const struct mw_fields *fields, void *item, const json_t *json);

/* ---- values ---- */

static int wrong(struct reader *reader, const char *name, const char *what)
{
    return mw_err_set(reader->err, "the record is damaged: \"%s\" is not %s", name, what);
}

static int read_integer(struct reader *reader, const struct mw_field *field, const json_t *json, int64_t low, int64_t high,
                        int64_t *value)
{
    if (!json_is_integer(json) || json_integer_value(json) < low || json_integer_value(json) > high)
        return wrong(reader, field->name, "an integer in its range");
    *value = json_integer_value(json);
    return 0;
}

static int read_number(struct reader *reader, const struct mw_field *field, void *at, const json_t *json)
{
    int64_t value = 0;

    switch (field->type) {
    case MW_FIELD_U64:
    case MW_FIELD_TIME:
        if (read_integer(reader, field, json, 0, INT64_MAX, &value) < 0)
            return -1;
        *(uint64_t *)at = (uint64_t)value;
        return 0;
    case MW_FIELD_I64: return read_integer(reader, field, json, INT64_MIN, INT64_MAX, at);
    case MW_FIELD_U32:
        if (read_integer(reader, field, json, 0, UINT32_MAX, &value) < 0)
            return -1;
        *(uint32_t *)at = (uint32_t)value;
        return 0;
    default:
        if (read_integer(reader, field, json, INT32_MIN, INT32_MAX, &value) < 0)
            return -1;
        *(int32_t *)at = (int32_t)value;
        return 0;
    }
}

static int read_known(struct reader *reader, const struct mw_field *field, struct mw_model_bytes *at, const json_t *json)
{
    int64_t value = -1; /* records of earlier versions have differences here, which may be negative */

    if (!json_is_null(json) && read_integer(reader, field, json, INT64_MIN, INT64_MAX, &value) < 0)
        return -1;
    *at = (struct mw_model_bytes){0, MW_MODEL_UNKNOWN};
    if (value >= 0)
        *at = (struct mw_model_bytes){(uint64_t)value, MW_MODEL_AT_LEAST}; /* complete() knows more of it */
    return 0;
}

static int read_word(struct reader *reader, const struct mw_field *field, int *at, const json_t *json)
{
    for (int i = 0; json_is_string(json) && field->words[i]; i++)
        if (!strcmp(field->words[i], json_string_value(json))) {
            *at = i;
            return 0;
        }
    return wrong(reader, field->name, "one of the allowed words");
}

static int read_index(struct reader *reader, const struct mw_field *field, uint32_t *at, const json_t *json)
{
    int64_t value = MW_MODEL_NONE;

    if (!json_is_null(json) && read_integer(reader, field, json, 0, MW_MODEL_NONE - 1, &value) < 0)
        return -1;
    *at = (uint32_t)value;
    return 0;
}

/* Older records have -1. */
static int read_rank(struct reader *reader, const struct mw_field *field, int32_t *at, const json_t *json)
{
    int64_t value = -1;

    if (!json_is_null(json) && read_integer(reader, field, json, -1, INT32_MAX, &value) < 0)
        return -1;
    *at = (int32_t)value;
    return 0;
}

static int read_place(struct reader *reader, const struct mw_field *field, const struct mw_model_place **at, const json_t *json)
{
    uint32_t index;

    if (read_index(reader, field, &index, json) < 0)
        return -1;
    if (index != MW_MODEL_NONE && index >= reader->model->place_count)
        return wrong(reader, field->name, "a place of the record");
    *at = index == MW_MODEL_NONE ? NULL : reader->model->places[index];
    return 0;
}

static void set_count(const struct mw_field *field, void *item, size_t count)
{
    uint32_t narrow = (uint32_t)count;

    if (field->count_size == sizeof(count))
        memcpy((char *)item + field->count_offset, &count, sizeof(count));
    else
        memcpy((char *)item + field->count_offset, &narrow, sizeof(narrow));
}

static int read_places(struct reader *reader, const struct mw_field *field, void *item, const json_t *json)
{
    const struct mw_model_place **frames = reader->frames;
    size_t count = json_array_size(json);

    if (!frames) /* not counted: not in a rank */
        return wrong(reader, field->name, "at the expected place");
    for (size_t i = 0; i < count; i++)
        if (read_place(reader, field, &frames[i], json_array_get(json, i)) < 0 || !frames[i])
            return wrong(reader, field->name, "a list of places");
    reader->frames += count;
    memcpy((char *)item + field->offset, &frames, sizeof(frames));
    set_count(field, item, count);
    return 0;
}

/* ---- structures ---- */

/* Default values for unknown fields. */
static void clear(struct reader *reader, const struct mw_fields *fields, void *item)
{
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
        void *at = (char *)item + field->offset;
        if (field->type == MW_FIELD_STRING)
            *(const char **)at = mw_model_string(reader->model, "");
        else if (field->type == MW_FIELD_INDEX)
            *(uint32_t *)at = MW_MODEL_NONE;
        else if (field->type == MW_FIELD_RANK)
            *(int32_t *)at = -1;
        else if (field->type == MW_FIELD_STRUCT)
            clear(reader, field->of, at);
    }
}

/* All frames of a rank's sites, spikes and heap are in one array. */
static size_t count_frames(const json_t *list)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        count += json_array_size(json_object_get(json_array_get(list, i), "frames"));
    return count;
}

static void make_frames(struct reader *reader, struct mw_model_rank *rank, const json_t *json)
{
    size_t count = count_frames(json_object_get(json, "sites")) + count_frames(json_object_get(json, "spikes")) +
                   count_frames(json_object_get(json_object_get(json, "heap"), "sites"));

    free(rank->frames);
    rank->frames = mw_mem_alloc(count + 1, sizeof(*rank->frames));
    reader->frames = rank->frames;
}

static int read_items(struct reader *reader, const struct mw_fields *fields, void *items, const json_t *json)
{
    for (size_t i = 0; i < json_array_size(json); i++) {
        void *item = (char *)items + i * fields->size;
        clear(reader, fields, item);
        if (fields == &mw_fields_job)
            ((struct mw_model *)item)->run = reader->model;
        if (fields == &mw_fields_rank)
            make_frames(reader, item, json_array_get(json, i));
        if (read_object(reader, fields, item, json_array_get(json, i)) < 0)
            return -1;
    }
    return 0;
}

static int read_list(struct reader *reader, const struct mw_field *field, void *item, const json_t *json)
{
    size_t count = json_array_size(json);
    void *items, *at = (char *)item + field->offset;

    if (!json_is_array(json))
        return wrong(reader, field->name, "a list");
    if (field->type == MW_FIELD_ROOM && count > field->room)
        return wrong(reader, field->name, "of at most the allowed length");
    if (field->type == MW_FIELD_LIST) {
        items = mw_mem_alloc(count, field->of->size);
        memcpy(at, &items, sizeof(items)); /* owned by the model from now on, also if reading fails */
    } else {
        items = at;
    }
    set_count(field, item, count);
    return read_items(reader, field->of, items, json);
}

static int read_value(struct reader *reader, const struct mw_field *field, void *item, const json_t *json)
{
    void *at = (char *)item + field->offset;

    switch (field->type) {
    case MW_FIELD_BOOL:
        *(bool *)at = json_is_true(json);
        return json_is_boolean(json) ? 0 : wrong(reader, field->name, "true or false");
    case MW_FIELD_DOUBLE:
        *(double *)at = json_number_value(json);
        return json_is_number(json) || json_is_null(json) ? 0 : wrong(reader, field->name, "a number");
    case MW_FIELD_NAME:
    case MW_FIELD_STRING:
        if (field->type == MW_FIELD_NAME && json_is_null(json))
            return 0;
        if (!json_is_string(json))
            return wrong(reader, field->name, "a string");
        *(const char **)at = mw_model_string(reader->model, json_string_value(json));
        return 0;
    case MW_FIELD_KNOWN: return read_known(reader, field, at, json);
    case MW_FIELD_ENUM: return read_word(reader, field, at, json);
    case MW_FIELD_RANK: return read_rank(reader, field, at, json);
    case MW_FIELD_INDEX: return read_index(reader, field, at, json);
    case MW_FIELD_PLACE: return read_place(reader, field, at, json);
    case MW_FIELD_PLACES: return read_places(reader, field, item, json);
    case MW_FIELD_STRUCT: return read_object(reader, field->of, at, json);
    case MW_FIELD_LIST:
    case MW_FIELD_ROOM: return read_list(reader, field, item, json);
    case MW_FIELD_END: return 0;
    default: return read_number(reader, field, at, json);
    }
}

static int read_object(struct reader *reader, const struct mw_fields *fields, void *item, const json_t *json)
{
    size_t position = 0;

    if (fields->tuple ? !json_is_array(json) : !json_is_object(json))
        return wrong(reader, fields->name, fields->tuple ? "a list" : "an object");
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
        const json_t *value = fields->tuple ? json_array_get(json, position++) : json_object_get(json, field->name);
        if (value && read_value(reader, field, item, value) < 0)
            return -1;
    }
    return 0;
}

/* ---- all ---- */

/* Places refer to each other: all are allocated before the first is read. */
static int read_all_places(struct reader *reader, const json_t *json)
{
    struct mw_model *model = reader->model;
    size_t count = json_array_size(json);

    model->places = mw_mem_alloc(count, sizeof(*model->places));
    for (model->place_count = 0; model->place_count < count; model->place_count++)
        model->places[model->place_count] = mw_mem_alloc(1, sizeof(**model->places));
    for (size_t i = 0; i < count; i++) {
        clear(reader, &mw_fields_place, model->places[i]);
        if (read_object(reader, &mw_fields_place, model->places[i], json_array_get(json, i)) < 0)
            return -1;
    }
    return 0;
}

#define VARIANCE_MOST ((double)INT64_MAX / 64)

/* Older records have the errors of sites at the peak only. */
static void complete_errors(struct mw_model_rank *rank)
{
    double sum = 0;

    for (uint32_t i = 0; i < rank->heap.site_count; i++) {
        struct mw_model_heap_site *site = &rank->heap.sites[i];
        double square = (double)site->at_peak_error * (double)site->at_peak_error;
        if (!site->variance && site->at_peak)
            site->variance = (uint64_t)fmin(square / (double)site->at_peak, VARIANCE_MOST);
        sum += site->owner == MW_HEAP_MPI ? square : 0;
    }
    if (!rank->held_mpi_error)
        rank->held_mpi_error = (uint64_t)fmin(sqrt(sum), VARIANCE_MOST);
}

/* Older records have no count of processes in an entry. Their held_mpi_bytes is growth inside calls. */
static void complete(struct mw_model *model)
{
    for (size_t i = 0; i < model->job_count; i++)
        complete(&model->jobs[i]);
    for (size_t i = 0; i < model->process_count; i++)
        if (!model->processes[i].count)
            model->processes[i].count = 1;
    for (size_t i = 0; i < model->rank_count; i++) {
        complete_errors(&model->ranks[i]);
        model->ranks[i].held_mpi = mw_in_mpi_held(&model->ranks[i]);
    }
}

static struct mw_model *read_model(const json_t *json, struct mw_err *err)
{
    struct reader reader = {.model = mw_model_create(), .err = err};
    const char *schema = json_string_value(json_object_get(json, "schema"));
    int failed;

    if (!schema || strcmp(schema, MW_RECORD_SCHEMA))
        failed = mw_err_set(err, "not a record of this memwatch: \"schema\" is %s%s, not " MW_RECORD_SCHEMA,
                            schema ? "" : "missing", schema ? schema : "");
    else
        failed = read_all_places(&reader, json_object_get(json, "places"));
    if (!failed) {
        clear(&reader, &mw_fields_model, reader.model);
        failed = read_object(&reader, &mw_fields_model, reader.model, json);
    }
    if (!failed)
        failed = mw_record_check(reader.model, err);
    if (!failed) {
        complete(reader.model);
        return reader.model;
    }
    mw_model_destroy(reader.model);
    return NULL;
}

/* NULL with a line in err. */
static FILE *open_regular(const char *path, uint64_t *size, struct mw_err *err)
{
    int fd = mw_safe_open_path(path, size, err);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

    if (fd < 0 || file)
        return file;
    mw_err_set(err, "cannot read %s: %s", path, strerror(errno));
    close(fd);
    return NULL;
}

bool mw_record_json_is(const char *path)
{
    uint64_t size;
    FILE *file = open_regular(path, &size, NULL);
    int c = EOF;

    for (int i = 0; file && i < BLANKS_MAX && (c = getc(file)) != EOF && isspace(c); i++)
        ;
    if (file)
        fclose(file);
    return c == '{';
}

struct mw_model *mw_record_json_read(const char *path, struct mw_err *err)
{
    uint64_t size;
    FILE *file = open_regular(path, &size, err);
    struct mw_model *model;
    json_error_t error;
    json_t *json;

    if (!file)
        return NULL;
    if (size > MW_RECORD_JSON_MAX) {
        fclose(file);
        mw_err_set(err, "cannot read %s: larger than %llu GiB, the maximum of a record", path, MW_RECORD_JSON_MAX >> 30);
        return NULL;
    }
    json = json_loadf(file, JSON_ALLOW_NUL, &error);
    fclose(file);
    if (!json) {
        mw_err_set(err, "%s is not a complete record: line %d: %s", path, error.line, error.text);
        return NULL;
    }
    model = read_model(json, err);
    json_decref(json);
    return model;
}
