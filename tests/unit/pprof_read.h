/* SPDX-License-Identifier: MIT */
/* Reads a profile for pprof: a reader of profile.proto that shares nothing with the writer. Anything that pprof refuses
 * aborts. */
#ifndef MW_TESTS_UNIT_PPROF_READ_H
#define MW_TESTS_UNIT_PPROF_READ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define PPROF_EXPECT(condition) \
    ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: profile: %s\n", __FILE__, __LINE__, #condition), abort()))

/* One field of a message, or all of it: bytes of a length-delimited field, else a number. */
struct pprof_field {
    uint32_t number;
    bool is_bytes;
    uint64_t value;
    const unsigned char *at, *end;
};

struct pprof_label {
    uint64_t key, text, unit; /* strings */
    int64_t number;
};

struct pprof_sample {
    uint64_t *locations; /* ids */
    size_t depth;
    int64_t values[2];
    size_t value_count;
    struct pprof_label labels[16];
    size_t label_count;
};

struct pprof_line {
    uint64_t function, line;
};

struct pprof_location {
    uint64_t id, mapping, address;
    struct pprof_line *lines;
    size_t line_count;
};

struct pprof_function {
    uint64_t id, name, system_name, file;
};

struct pprof_mapping {
    uint64_t id, start, limit, file, build_id, has[4];
};

struct pprof {
    unsigned char *bytes;
    size_t size;
    char **strings;
    struct pprof_sample *samples;
    struct pprof_location *locations;
    struct pprof_function *functions;
    struct pprof_mapping *mappings;
    uint64_t types[2][2], period_type[2], period, time_ns, duration_ns, default_type, comments[16];
    size_t string_count, sample_count, location_count, function_count, mapping_count, type_count, comment_count;
};

/* ---- the encoding ---- */

static inline uint64_t pprof_varint(struct pprof_field *in)
{
    uint64_t value = 0;

    for (int shift = 0;; shift += 7) {
        PPROF_EXPECT(in->at < in->end && shift < 64);
        value |= (uint64_t)(*in->at & 0x7f) << shift;
        if (!(*in->at++ & 0x80))
            return value;
    }
}

static inline bool pprof_next(struct pprof_field *in, struct pprof_field *field)
{
    uint64_t tag;

    if (in->at == in->end)
        return false;
    tag = pprof_varint(in);
    PPROF_EXPECT((tag & 7) == 0 || (tag & 7) == 2);
    *field = (struct pprof_field){.number = (uint32_t)(tag >> 3), .is_bytes = (tag & 7) == 2};
    field->value = pprof_varint(in);
    if (field->is_bytes) {
        PPROF_EXPECT(field->value <= (uint64_t)(in->end - in->at));
        field->at = in->at;
        in->at = field->end = in->at + field->value;
    }
    return true;
}

static inline uint64_t pprof_number(const struct pprof_field *field)
{
    PPROF_EXPECT(!field->is_bytes);
    return field->value;
}

static inline void *pprof_grow(void *items, size_t count, size_t size)
{
    items = realloc(items, (count + 1) * size);
    PPROF_EXPECT(items);
    memset((char *)items + count * size, 0, size);
    return items;
}
#define PPROF_ADD(items, count) ((items) = pprof_grow((items), (count), sizeof(*(items))), &(items)[(count)++])

/* ---- the messages ---- */

static inline struct pprof_label pprof_label(struct pprof_field in)
{
    struct pprof_label label = {0};
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        uint64_t value = pprof_number(&field);
        PPROF_EXPECT(field.number >= 1 && field.number <= 4);
        if (field.number == 3)
            label.number = (int64_t)value;
        else
            *(field.number == 1 ? &label.key : field.number == 2 ? &label.text : &label.unit) = value;
    }
    return label;
}

static inline void pprof_sample(struct pprof *profile, struct pprof_field in)
{
    struct pprof_sample *sample = PPROF_ADD(profile->samples, profile->sample_count);
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        PPROF_EXPECT(field.is_bytes && field.number >= 1 && field.number <= 3);
        if (field.number == 3) {
            PPROF_EXPECT(sample->label_count < sizeof(sample->labels) / sizeof(sample->labels[0]));
            sample->labels[sample->label_count++] = pprof_label(field);
        }
        while (field.number < 3 && field.at < field.end) {
            uint64_t value = pprof_varint(&field);
            if (field.number == 1)
                *PPROF_ADD(sample->locations, sample->depth) = value;
            else {
                PPROF_EXPECT(sample->value_count < 2);
                sample->values[sample->value_count++] = (int64_t)value;
            }
        }
    }
}

static inline struct pprof_line pprof_line(struct pprof_field in)
{
    struct pprof_line line = {0};
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        PPROF_EXPECT(field.number == 1 || field.number == 2);
        *(field.number == 1 ? &line.function : &line.line) = pprof_number(&field);
    }
    return line;
}

static inline void pprof_location(struct pprof *profile, struct pprof_field in)
{
    struct pprof_location *location = PPROF_ADD(profile->locations, profile->location_count);
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        if (field.number == 4)
            *PPROF_ADD(location->lines, location->line_count) = pprof_line(field);
        else {
            PPROF_EXPECT(field.number >= 1 && field.number <= 3);
            *(field.number == 1   ? &location->id
              : field.number == 2 ? &location->mapping
                                  : &location->address) = pprof_number(&field);
        }
    }
}

static inline void pprof_function(struct pprof *profile, struct pprof_field in)
{
    struct pprof_function *function = PPROF_ADD(profile->functions, profile->function_count);
    uint64_t *const members[] = {NULL, &function->id, &function->name, &function->system_name, &function->file};
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        PPROF_EXPECT(field.number >= 1 && field.number <= 4);
        *members[field.number] = pprof_number(&field);
    }
}

static inline void pprof_mapping(struct pprof *profile, struct pprof_field in)
{
    struct pprof_mapping *mapping = PPROF_ADD(profile->mappings, profile->mapping_count);
    uint64_t *const members[] = {NULL,
                                 &mapping->id,
                                 &mapping->start,
                                 &mapping->limit,
                                 NULL,
                                 &mapping->file,
                                 &mapping->build_id,
                                 &mapping->has[0],
                                 &mapping->has[1],
                                 &mapping->has[2],
                                 &mapping->has[3]};
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        PPROF_EXPECT(field.number < sizeof(members) / sizeof(members[0]) && members[field.number]);
        *members[field.number] = pprof_number(&field);
    }
}

static inline void pprof_type(uint64_t type[2], struct pprof_field in)
{
    struct pprof_field field;

    while (pprof_next(&in, &field)) {
        PPROF_EXPECT(field.number == 1 || field.number == 2);
        type[field.number - 1] = pprof_number(&field);
    }
}

static inline void pprof_head(struct pprof *profile, struct pprof_field field)
{
    switch (field.number) {
    case 1:
        PPROF_EXPECT(profile->type_count < 2);
        pprof_type(profile->types[profile->type_count++], field);
        break;
    case 9: profile->time_ns = pprof_number(&field); break;
    case 10: profile->duration_ns = pprof_number(&field); break;
    case 11: pprof_type(profile->period_type, field); break;
    case 12: profile->period = pprof_number(&field); break;
    case 13:
        while (field.at < field.end) {
            PPROF_EXPECT(profile->comment_count < 16);
            profile->comments[profile->comment_count++] = pprof_varint(&field);
        }
        break;
    case 14: profile->default_type = pprof_number(&field); break;
    default: PPROF_EXPECT(!"a field of the profile");
    }
}

static inline void pprof_parse(struct pprof *profile)
{
    struct pprof_field in = {.at = profile->bytes, .end = profile->bytes + profile->size}, field;

    while (pprof_next(&in, &field)) {
        char **text;
        switch (field.number) {
        case 2: pprof_sample(profile, field); break;
        case 3: pprof_mapping(profile, field); break;
        case 4: pprof_location(profile, field); break;
        case 5: pprof_function(profile, field); break;
        case 6:
            PPROF_EXPECT(field.is_bytes && !memchr(field.at, 0, field.value));
            text = PPROF_ADD(profile->strings, profile->string_count);
            *text = calloc(1, field.value + 1);
            memcpy(*text, field.at, field.value);
            break;
        default: pprof_head(profile, field);
        }
    }
}

/* ---- what pprof refuses (profile.CheckValid), and what it drops ---- */

static inline void pprof_check_tables(const struct pprof *profile)
{
    size_t strings = profile->string_count;

    PPROF_EXPECT(strings && !profile->strings[0][0]);
    for (size_t i = 0; i < profile->mapping_count; i++) {
        const struct pprof_mapping *mapping = &profile->mappings[i];
        PPROF_EXPECT(mapping->id == i + 1 && mapping->file < strings && mapping->build_id < strings);
        PPROF_EXPECT(mapping->start < mapping->limit);
    }
    for (size_t i = 0; i < profile->function_count; i++) {
        const struct pprof_function *function = &profile->functions[i];
        PPROF_EXPECT(function->id == i + 1 && function->name && function->name < strings && function->file < strings);
    }
    for (size_t i = 0; i < profile->location_count; i++) {
        const struct pprof_location *location = &profile->locations[i];
        PPROF_EXPECT(location->id == i + 1 && location->mapping <= profile->mapping_count && location->line_count);
        if (location->mapping) {
            const struct pprof_mapping *mapping = &profile->mappings[location->mapping - 1];
            PPROF_EXPECT(location->address >= mapping->start && location->address < mapping->limit);
        }
        for (size_t k = 0; k < location->line_count; k++)
            PPROF_EXPECT(location->lines[k].function && location->lines[k].function <= profile->function_count);
    }
}

static inline void pprof_check(const struct pprof *profile)
{
    pprof_check_tables(profile);
    PPROF_EXPECT(profile->type_count == 2 && profile->default_type < profile->string_count);
    for (size_t i = 0; i < profile->comment_count; i++)
        PPROF_EXPECT(profile->comments[i] < profile->string_count);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct pprof_sample *sample = &profile->samples[i];
        PPROF_EXPECT(sample->value_count == profile->type_count && sample->depth);
        for (size_t k = 0; k < sample->depth; k++)
            PPROF_EXPECT(sample->locations[k] && sample->locations[k] <= profile->location_count);
        for (size_t k = 0; k < sample->label_count; k++) {
            const struct pprof_label *label = &sample->labels[k];
            PPROF_EXPECT(label->key && label->key < profile->string_count && label->text < profile->string_count);
            PPROF_EXPECT(label->unit < profile->string_count && (label->text || label->number || label->unit));
        }
    }
}

/* ---- */

static inline void pprof_inflate(struct pprof *profile, const void *bytes, size_t size)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (unsigned)size};
    int status = Z_OK;

    PPROF_EXPECT(inflateInit2(&stream, 15 + 16) == Z_OK); /* gzip only */
    while (status == Z_OK) {
        profile->bytes = realloc(profile->bytes, profile->size + 65536);
        stream.next_out = profile->bytes + profile->size;
        stream.avail_out = 65536;
        status = inflate(&stream, Z_NO_FLUSH);
        profile->size += 65536 - stream.avail_out;
    }
    PPROF_EXPECT(status == Z_STREAM_END && !stream.avail_in);
    inflateEnd(&stream);
}

static inline void pprof_read(struct pprof *profile, const void *bytes, size_t size)
{
    *profile = (struct pprof){0};
    pprof_inflate(profile, bytes, size);
    pprof_parse(profile);
    pprof_check(profile);
}

static inline void pprof_free(struct pprof *profile)
{
    for (size_t i = 0; i < profile->string_count; i++)
        free(profile->strings[i]);
    for (size_t i = 0; i < profile->sample_count; i++)
        free(profile->samples[i].locations);
    for (size_t i = 0; i < profile->location_count; i++)
        free(profile->locations[i].lines);
    free(profile->strings);
    free(profile->samples);
    free(profile->locations);
    free(profile->functions);
    free(profile->mappings);
    free(profile->bytes);
}

/* ---- questions ---- */

/* The sample's label of this name; NULL if it has none. */
static inline const struct pprof_label *pprof_label_of(const struct pprof *profile, const struct pprof_sample *sample,
                                                       const char *key)
{
    for (size_t i = 0; i < sample->label_count; i++)
        if (!strcmp(profile->strings[sample->labels[i].key], key))
            return &sample->labels[i];
    return NULL;
}

/* The name of a function of a sample's stack: frame `frame` from inside, and line `line` of it. */
static inline const char *pprof_name(const struct pprof *profile, const struct pprof_sample *sample, size_t frame, size_t line)
{
    const struct pprof_location *location = &profile->locations[sample->locations[frame] - 1];

    PPROF_EXPECT(line < location->line_count);
    return profile->strings[profile->functions[location->lines[line].function - 1].name];
}

#endif
