/* SPDX-License-Identifier: MIT */
#include "collector/model/heap.h"

#include <math.h>
#include <stdlib.h>

#define KEPT_LEAST (64ULL << 20)
#define KEPT_SHARE 10 /* and this part of the peak */

uint64_t mw_model_heap_error(const struct mw_model_heap_site *site, uint64_t bytes)
{
    return (uint64_t)fmin(sqrt((double)site->variance * (double)bytes), (double)INT64_MAX / 2);
}

uint64_t mw_model_heap_kept(const struct mw_model_heap *heap)
{
    uint64_t kept = heap->rows[MW_HEAP_ROW_KEPT] > 0 ? (uint64_t)heap->rows[MW_HEAP_ROW_KEPT] : 0;

    return kept >= KEPT_LEAST && kept >= heap->mark / KEPT_SHARE ? kept : 0;
}

void mw_model_heap_drop(struct mw_model_heap *heap)
{
    free(heap->sites);
    free(heap->phases);
    free(heap->ticks);
    free(heap->frames);
    heap->sites = NULL;
    heap->phases = NULL;
    heap->ticks = NULL;
    heap->frames = NULL;
    heap->site_count = heap->phase_count = heap->tick_count = 0;
    heap->has_details = false;
}
