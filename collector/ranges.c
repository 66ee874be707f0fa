/* SPDX-License-Identifier: MIT */
#include "collector/ranges.h"

#include <stdio.h>
#include <string.h>

static void flush(struct mw_ranges *ranges)
{
    size_t length = strlen(ranges->text), size = sizeof(ranges->text);
    const char *comma = length ? ", " : "";

    if (++ranges->told > MW_RANGES_TOLD)
        return;
    if (ranges->told == MW_RANGES_TOLD)
        snprintf(ranges->text + length, size - length, ", …");
    else if (ranges->first == ranges->last)
        snprintf(ranges->text + length, size - length, "%s%lld", comma, (long long)ranges->first);
    else
        snprintf(ranges->text + length, size - length, "%s%lld-%lld", comma, (long long)ranges->first,
                 (long long)ranges->last);
}

void mw_ranges_add(struct mw_ranges *ranges, int64_t first, int64_t last)
{
    if (ranges->count && first == ranges->last + 1) {
        ranges->last = last;
    } else {
        if (ranges->count)
            flush(ranges);
        ranges->first = first;
        ranges->last = last;
    }
    ranges->count += (uint32_t)(last - first + 1);
}

const char *mw_ranges_text(struct mw_ranges *ranges)
{
    if (ranges->count && ranges->last >= ranges->first) {
        flush(ranges);
        ranges->last = ranges->first - 1; /* flushed: the next one is a range of its own */
    }
    return ranges->text;
}
