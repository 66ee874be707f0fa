/* SPDX-License-Identifier: MIT */
#include "collector/record/fields.h"

#include <string.h>

size_t mw_field_count(const struct mw_field *field, const void *item)
{
    uint32_t narrow;
    size_t wide;

    if (field->count_size == sizeof(wide)) {
        memcpy(&wide, (const char *)item + field->count_offset, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, (const char *)item + field->count_offset, sizeof(narrow));
    return narrow;
}
