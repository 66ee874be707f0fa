/* SPDX-License-Identifier: MIT */
/* What happens when the program maps memory itself, or gives it back. */
#include "pmpi/heap/heap.h"

#include "pmpi/heap/memory.h"
#include "pmpi/heap/ranges.h"
#include "pmpi/heap/state.h"

#include <errno.h>

static void range_counted(struct mw_heap_range *range, uint64_t resident)
{
    mw_heap_begin_change(resident < range->resident);
    mw_heap_change(range->site, (int64_t)(resident - range->resident), 0);
    mw_heap_end_change();
    range->resident = resident;
}

static void range_gone(const struct mw_heap_range *part, int32_t more)
{
    mw_heap_begin_change(true);
    mw_heap_change(part->site, -(int64_t)part->resident, more);
    mw_heap_end_change();
    if (more < 0)
        mw_heap_note_same_call(part->site, part->boundary);
}

const struct mw_heap_ranges_visitor mw_heap_visitor = {.counted = range_counted, .gone = range_gone};

static uintptr_t page_end(uintptr_t address)
{
    return (address + mw_heap_page_bytes - 1) & ~(mw_heap_page_bytes - 1);
}

static bool enter_range(const struct mw_heap_range *range)
{
    mw_heap_ranges_cut(range->start, range->end, &mw_heap_visitor);
    if (!mw_heap_ranges_add(range)) {
        mw_heap.state->lost_full++;
        return false;
    }
    mw_heap_begin_change(false);
    mw_heap_change(range->site, 0, 1);
    mw_heap_end_change();
    return true;
}

static void map(uintptr_t start, uintptr_t end, bool may_extend, const struct mw_heap_caller *caller,
                const struct mw_heap_place *here)
{
    struct mw_heap_range range = {.start = start, .end = end};
    struct mw_python_stack python;
    int saved = errno;

    if (mw_heap_enter_and_read(here, &python) && mw_heap_find_site(&range.site, caller, &python, MW_HEAP_MAPPING, here)) {
        range.boundary = mw_heap_boundary_now();
        range.born_ms = mw_heap_born_now();
        if ((may_extend && mw_heap_ranges_extend(&range)) || enter_range(&range))
            mw_heap_note_sample(range.site, range.end - range.start, range.end - range.start);
        mw_heap_look_at_mark(true); /* its pages may be resident already: MAP_POPULATE, mlockall() */
        mw_heap_tick();
        mw_heap_leave();
    }
    errno = saved;
}

void mw_heap_mapped(void *start, size_t size, const struct mw_heap_caller *caller)
{
    map((uintptr_t)start, page_end((uintptr_t)start + size), false, caller, MW_HEAP_HERE);
}

/* A page belongs to whoever had its first byte. Steps of one line are one range: an allocator of the program may make many. */
void mw_heap_grown(uintptr_t before, uintptr_t end, const struct mw_heap_caller *caller)
{
    if (page_end(before) < page_end(end))
        map(page_end(before), page_end(end), true, caller, MW_HEAP_HERE);
}

void mw_heap_shrinking(uintptr_t end, uintptr_t before)
{
    if (page_end(end) < page_end(before))
        mw_heap_unmapping((void *)page_end(end), page_end(before) - page_end(end));
}

void mw_heap_restore_mapping(void *start, size_t size, const struct mw_heap_range *kept)
{
    struct mw_heap_range range = *kept;
    int saved = errno;

    range.start = (uintptr_t)start;
    range.end = page_end((uintptr_t)start + size);
    range.resident = 0; /* until it is counted again */
    if (mw_heap_enter(MW_HEAP_HERE)) {
        enter_range(&range);
        mw_heap_leave();
    }
    errno = saved;
}

void mw_heap_unmapping(void *start, size_t size)
{
    uintptr_t end = page_end((uintptr_t)start + size);
    int saved = errno;

    if ((uintptr_t)start % mw_heap_page_bytes)
        return; /* the kernel refuses it */
    if (mw_heap_enter(MW_HEAP_HERE)) {
        if (mw_heap_ranges_overlaps((uintptr_t)start, end)) {
            mw_heap_look_at_mark(false);
            mw_heap_ranges_cut((uintptr_t)start, end, &mw_heap_visitor);
        }
        mw_heap_leave();
    }
    errno = saved;
}

bool mw_heap_is_mapping(const void *start, size_t size, struct mw_heap_range *kept)
{
    const struct mw_heap_range *found = NULL;
    int saved = errno;

    if (!((uintptr_t)start % mw_heap_page_bytes) && mw_heap_enter(MW_HEAP_HERE)) {
        found = mw_heap_ranges_find((uintptr_t)start, page_end((uintptr_t)start + size));
        if (found)
            *kept = *found;
        mw_heap_leave();
    }
    errno = saved;
    return found != NULL;
}

void mw_heap_discarding(void)
{
    int saved = errno;

    if (mw_heap_enter(MW_HEAP_HERE)) {
        mw_heap_look_at_mark(false);
        mw_heap.has_discarded = true;
        mw_heap_leave();
    }
    errno = saved;
}
