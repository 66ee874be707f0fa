/* SPDX-License-Identifier: MIT */
#include "pmpi/heap/ranges.h"

#include "pmpi/heap/memory.h"

#define AGES 64 /* of steps that are one range: when they were allocated differs by less than this part */

static struct mw_heap_range ranges[MW_HEAP_RANGES];
static uint32_t count;

bool mw_heap_ranges_add(const struct mw_heap_range *range)
{
    if (count == MW_HEAP_RANGES)
        return false;
    ranges[count++] = *range;
    return true;
}

bool mw_heap_ranges_extend(const struct mw_heap_range *range)
{
    for (uint32_t i = 0; i < count; i++)
        if (ranges[i].end == range->start && ranges[i].site == range->site &&
            (range->born_ms - ranges[i].born_ms <= range->born_ms / AGES || count == MW_HEAP_RANGES)) {
            ranges[i].end = range->end;
            return true;
        }
    return false;
}

static bool overlaps(const struct mw_heap_range *range, uintptr_t start, uintptr_t end)
{
    return range->start < end && start < range->end;
}

static struct mw_heap_range *find(uintptr_t start, uintptr_t end)
{
    for (uint32_t i = 0; i < count; i++)
        if (overlaps(&ranges[i], start, end))
            return &ranges[i];
    return NULL;
}

const struct mw_heap_range *mw_heap_ranges_find(uintptr_t start, uintptr_t end)
{
    return find(start, end);
}

struct mw_heap_range *mw_heap_ranges_at(uintptr_t address)
{
    return find(address, address + 1);
}

bool mw_heap_ranges_overlaps(uintptr_t start, uintptr_t end)
{
    return mw_heap_ranges_find(start, end) != NULL;
}

static void count_resident(struct mw_heap_range *range, const struct mw_heap_ranges_visitor *visitor)
{
    uint64_t resident = mw_heap_memory_resident(range->start, range->end - range->start);

    if (resident != range->resident)
        visitor->counted(range, resident);
}

/* What is left on both sides stays; the upper side becomes a new range, or is lost if the table is full. */
static void cut_one(struct mw_heap_range *range, uintptr_t start, uintptr_t end, const struct mw_heap_ranges_visitor *visitor)
{
    struct mw_heap_range part = *range, upper = *range;
    bool has_upper;

    part.start = start > range->start ? start : range->start;
    part.end = end < range->end ? end : range->end;
    part.resident = mw_heap_memory_resident(part.start, part.end - part.start);
    upper.start = part.end;
    upper.resident = upper.start < upper.end ? mw_heap_memory_resident(upper.start, upper.end - upper.start) : 0;
    range->end = part.start;
    range->resident = range->resident > part.resident + upper.resident ? range->resident - part.resident - upper.resident : 0;
    has_upper = upper.start < upper.end;
    visitor->gone(&part, (range->start < range->end) + has_upper - 1);
    if (has_upper && !mw_heap_ranges_add(&upper))
        visitor->gone(&upper, -1);
}

void mw_heap_ranges_cut(uintptr_t start, uintptr_t end, const struct mw_heap_ranges_visitor *visitor)
{
    uint32_t before = count;

    for (uint32_t i = 0; i < before; i++)
        if (overlaps(&ranges[i], start, end)) {
            count_resident(&ranges[i], visitor);
            cut_one(&ranges[i], start, end, visitor);
        }
    for (uint32_t i = 0; i < count;)
        if (ranges[i].start >= ranges[i].end)
            ranges[i] = ranges[--count];
        else
            i++;
}

void mw_heap_ranges_count(bool all, const struct mw_heap_ranges_visitor *visitor)
{
    for (uint32_t i = 0; i < count; i++)
        if (all || ranges[i].resident < ranges[i].end - ranges[i].start)
            count_resident(&ranges[i], visitor);
}

void mw_heap_ranges_each(void (*visit)(const struct mw_heap_range *range))
{
    for (uint32_t i = 0; i < count; i++)
        visit(&ranges[i]);
}
