/* SPDX-License-Identifier: MIT */
/* The record's fields: tables by which the model is taken from journals (collector/merge/fields.c), written as JSON, read
 * back, checked, described (doc/record.schema.json is generated from them) and printed for tests (tests/tools/mwdump.c). A
 * field of the model that has no row is not in the record. */
#ifndef MW_COLLECTOR_RECORD_FIELDS_H
#define MW_COLLECTOR_RECORD_FIELDS_H

#include "collector/model/model.h"

#define MW_RECORD_SCHEMA "memwatch-record-1"

enum mw_field_type {
    MW_FIELD_END,
    MW_FIELD_U64,  /* values above INT64_MAX are written as INT64_MAX */
    MW_FIELD_TIME, /* the same, in ns on the axis of the model; 0 unknown. In a journal on its host's clock */
    MW_FIELD_I64,
    MW_FIELD_U32,
    MW_FIELD_I32,
    MW_FIELD_RANK, /* int32_t; below 0, without a number: null */
    MW_FIELD_BOOL, /* in a journal any number, true unless 0 */
    MW_FIELD_DOUBLE,
    MW_FIELD_KNOWN,  /* struct mw_model_bytes whose kind is not in the record: its bytes; unknown: null */
    MW_FIELD_STRING, /* never NULL; in a journal an array of char */
    MW_FIELD_NAME,   /* a string that may be NULL: null */
    MW_FIELD_ENUM,   /* `words`, ended by NULL; in a journal uint32_t or uint64_t: a value without a word is 0 */
    MW_FIELD_INDEX,  /* uint32_t, less than the size of `bound`; MW_MODEL_NONE: null. In a journal plus one, 0: none */
    MW_FIELD_PLACE,  /* a pointer to a place: its index in `places`; NULL: null */
    MW_FIELD_PLACES, /* an array of these in the rank's frames, and its count */
    MW_FIELD_STRUCT, /* one `of`, in place */
    MW_FIELD_LIST,   /* an array of `of`, and its count */
    MW_FIELD_ROOM    /* the same for a fixed array of `room` items, in place */
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
    MW_BOUND_RANK_HEAP_SITE,
    MW_BOUND_HEAP_LINE, /* in heaps.lines */
    MW_BOUND_ELSEWHERE  /* of another rank or host: see collector/record/check.c */
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
    const char *about;      /* for the schema: meaning and unit */
    size_t from, from_size; /* where it is in a journal; from_size 0: it is not taken from there as it is */
};

struct mw_fields {
    const char *name;             /* of the structure */
    const struct mw_field *field; /* ended by MW_FIELD_END */
    size_t size;
    bool tuple; /* written as an array of its fields' values */
};

/* mw_fields_job: a job of a run with several, a struct mw_model as well. */
extern const struct mw_fields mw_fields_model, mw_fields_job, mw_fields_place, mw_fields_process, mw_fields_host;
extern const struct mw_fields mw_fields_merged_site;

/* Taken from a journal (mw_field.from): a rank from struct mw_journal_read, the others from struct mw_site, struct mw_phase
 * and struct mw_spike. */
extern const struct mw_fields mw_fields_rank, mw_fields_site, mw_fields_phase, mw_fields_spike;

/* Items of a list in `item`. */
size_t mw_field_count(const struct mw_field *field, const void *item);

#endif
