/* SPDX-License-Identifier: MIT */
#include "collector/base/ranges.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Whether first..last is a range that was added. */
static bool has_range(const struct mw_ranges *ranges)
{
    return ranges->count > ranges->unknown;
}

static void flush(struct mw_ranges *ranges)
{
    size_t length = strlen(ranges->text), size = sizeof(ranges->text);
    const char *comma = length ? ", " : "";

    if (++ranges->shown > MW_RANGES_SHOWN)
        return;
    if (ranges->shown == MW_RANGES_SHOWN)
        snprintf(ranges->text + length, size - length, ", …");
    else if (ranges->first == ranges->last)
        snprintf(ranges->text + length, size - length, "%s%lld", comma, (long long)ranges->first);
    else
        snprintf(ranges->text + length, size - length, "%s%lld-%lld", comma, (long long)ranges->first, (long long)ranges->last);
}

void mw_ranges_add(struct mw_ranges *ranges, int64_t first, int64_t last)
{
    uint32_t numbers = (uint32_t)(last - first + 1);

    if (first < 0) {
        ranges->count += numbers;
        ranges->unknown += numbers;
        return;
    }
    if (has_range(ranges) && first == ranges->last + 1) {
        ranges->last = last;
    } else {
        if (has_range(ranges))
            flush(ranges);
        ranges->first = first;
        ranges->last = last;
    }
    ranges->count += numbers;
}

const char *mw_ranges_text(struct mw_ranges *ranges)
{
    size_t length;

    if (has_range(ranges) && ranges->last >= ranges->first) {
        flush(ranges);
        ranges->last = ranges->first - 1; /* flushed: the next number starts a new range */
    }
    length = strlen(ranges->text);
    if (ranges->unknown && length < sizeof(ranges->text))
        snprintf(ranges->text + length, sizeof(ranges->text) - length, "%s(%u without a number yet)", length ? " " : "",
                 ranges->unknown);
    return ranges->text;
}
