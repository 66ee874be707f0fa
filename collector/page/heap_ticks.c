/* SPDX-License-Identifier: MIT */
#include "collector/page/heap_ticks.h"

#include "collector/base/mem.h"
#include "collector/model/model.h"

#include <string.h>

/* The sites are in the order of their bytes at the peak. */
static struct mw_model_heap_tick of_peak(const struct mw_model_heap *heap)
{
    struct mw_model_heap_tick tick = {.ns = heap->mark_ns, .held = heap->more_bytes};

    for (uint32_t i = 0; i < heap->site_count; i++)
        if (heap->sites[i].at_peak) {
            tick.held = mw_model_sum(tick.held, heap->sites[i].at_peak);
            if (tick.lines < MW_HEAP_TICK_LINES)
                tick.line[tick.lines++] = (struct mw_model_heap_part){i, heap->sites[i].at_peak};
        }
    return tick;
}

struct mw_page_heap_ticks mw_page_heap_ticks(const struct mw_model_heap *heap)
{
    struct mw_page_heap_ticks all = {mw_mem_alloc((size_t)heap->tick_count + 1, sizeof(*all.items)), heap->tick_count};
    size_t at = 0;

    if (heap->tick_count)
        memcpy(all.items, heap->ticks, heap->tick_count * sizeof(*all.items));
    if (!heap->mark || !heap->mark_ns || !heap->tick_count)
        return all;
    while (at < all.count && all.items[at].ns < heap->mark_ns)
        at++;
    if (at == all.count || all.items[at].ns > heap->mark_ns)
        memmove(all.items + at + 1, all.items + at, (all.count++ - at) * sizeof(*all.items));
    all.items[at] = of_peak(heap);
    return all;
}
