/* SPDX-License-Identifier: MIT */
/* The record's fields: one table by which the model is written as JSON, read back, checked and described
 * (doc/record.schema.json is generated from it). A field of the model that is not here is not in the record. */
#ifndef MW_COLLECTOR_RECORD_FIELDS_H
#define MW_COLLECTOR_RECORD_FIELDS_H

#include "collector/model/model.h"

#include <stdbool.h>
#include <stddef.h>

#define MW_RECORD_SCHEMA "memwatch-record-1"

enum mw_field_type {
    MW_FIELD_END,
    MW_FIELD_U64, /* values above INT64_MAX are written as INT64_MAX */
    MW_FIELD_I64,
    MW_FIELD_U32,
    MW_FIELD_I32,
    MW_FIELD_RANK, /* int32_t; below 0, without a number: null */
    MW_FIELD_BOOL,
    MW_FIELD_DOUBLE,
    MW_FIELD_AT_LEAST, /* struct mw_model_bytes that is MW_MODEL_AT_LEAST: its bytes; unknown: null */
    MW_FIELD_STRING,   /* never NULL */
    MW_FIELD_NAME,     /* a string that may be NULL: null */
    MW_FIELD_ENUM,     /* `words`, ended by NULL */
    MW_FIELD_INDEX,    /* uint32_t, less than the size of `bound`; MW_MODEL_NONE: null */
    MW_FIELD_PLACE,    /* a pointer to a place: its index in `places`; NULL: null */
    MW_FIELD_PLACES,   /* an array of these in the rank's frames, and its count */
    MW_FIELD_STRUCT,   /* one `of`, in place */
    MW_FIELD_LIST,     /* an array of `of`, and its count */
    MW_FIELD_ROOM      /* the same for a fixed array of `room` items, in place */
};

/* The array that an index points into. */
enum mw_field_bound {
    MW_BOUND_NONE,
    MW_BOUND_HOST,
    MW_BOUND_WORLD,
    MW_BOUND_RANK,
    MW_BOUND_PROCESS,
    MW_BOUND_SITE,
    MW_BOUND_PHASE,
    MW_BOUND_RANK_SITE, /* of the rank that contains the field */
    MW_BOUND_RANK_PHASE,
    MW_BOUND_ELSEWHERE /* of another rank or host: see collector/record/check.c */
};

struct mw_fields;

struct mw_field {
    const char *name;
    enum mw_field_type type;
    size_t offset;
    size_t count_offset, count_size; /* size_t or uint32_t */
    uint32_t room;
    enum mw_field_bound bound;
    const struct mw_fields *of;
    const char *const *words;
    const char *about; /* for the schema: meaning and unit */
};

struct mw_fields {
    const char *name;             /* of the structure */
    const struct mw_field *field; /* ended by MW_FIELD_END */
    size_t size;
    bool tuple; /* written as an array of its fields' values */
};

/* mw_fields_job: a job of a run with several, a struct mw_model as well. */
extern const struct mw_fields mw_fields_model, mw_fields_job, mw_fields_place, mw_fields_process, mw_fields_rank;

/* Items of a list in `item`. */
size_t mw_field_count(const struct mw_field *field, const void *item);

#endif
