/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/measure/made_heap_link.h"

#include "pmpi/rank/heap_link.h"

struct made_heap_link made_heap_link;

void mw_heap_link_mark(uint64_t mark)
{
    made_heap_link.marks++;
    made_heap_link.last_mark = mark;
}

void mw_heap_link_phase(const uint32_t *phases, uint32_t count, uint64_t rss, uint64_t mark)
{
    made_heap_link.switches++;
    made_heap_link.depth = count;
    made_heap_link.innermost = count ? phases[count - 1] : 0;
    made_heap_link.rss = rss;
    made_heap_link.mark = mark;
}
