/* SPDX-License-Identifier: MIT */
/* Fields that the model has as the journal has them, by the tables of the record: the type of a field says how it is
 * converted. */
#include "collector/merge/parts.h"

#include <string.h>

/* Numbers of a journal are 32 or 64 bits wide. */
static uint64_t number_at(const void *at, size_t size)
{
    uint32_t narrow;
    uint64_t wide;

    if (size == sizeof(wide)) {
        memcpy(&wide, at, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, at, sizeof(narrow));
    return narrow;
}

static int word_at(const struct mw_field *field, const void *at)
{
    uint64_t value = number_at(at, field->from_size);

    for (uint64_t i = 0; field->words[i]; i++)
        if (i == value)
            return (int)i;
    return 0;
}

static void take_field(struct mw_model *model, uint32_t host, const struct mw_field *field, void *to, const void *from)
{
    switch (field->type) {
    case MW_FIELD_TIME: *(uint64_t *)to = mw_model_time_of(model, host, number_at(from, field->from_size)); break;
    case MW_FIELD_BOOL: *(bool *)to = number_at(from, field->from_size) != 0; break;
    case MW_FIELD_ENUM: *(int *)to = word_at(field, from); break;
    case MW_FIELD_INDEX: *(uint32_t *)to = mw_merge_index_of((uint32_t)number_at(from, field->from_size)); break;
    case MW_FIELD_STRING: *(const char **)to = mw_model_string(model, from); break;
    default: memcpy(to, from, field->from_size); /* a number of the same width */
    }
}

void mw_merge_fields_take(struct mw_model *model, uint32_t host, const struct mw_fields *fields, void *item, const void *entry)
{
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++)
        if (field->from_size)
            take_field(model, host, field, (char *)item + field->offset, (const char *)entry + field->from);
}
