/* SPDX-License-Identifier: MIT */
/* What the largest sites of a rank held over time, with the moment of its peak among the ticks: memory that came and went
 * between two ticks would be missing just where it matters. */
#ifndef MW_COLLECTOR_PAGE_HEAP_TICKS_H
#define MW_COLLECTOR_PAGE_HEAP_TICKS_H

#include "collector/model/heap.h"

#include <stddef.h>

struct mw_page_heap_ticks {
    struct mw_model_heap_tick *items; /* by time; owned */
    size_t count;
};

/* Free items with free(). */
struct mw_page_heap_ticks mw_page_heap_ticks(const struct mw_model_heap *heap);

#endif
