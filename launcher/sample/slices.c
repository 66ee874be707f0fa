/* SPDX-License-Identifier: MIT */
#include "launcher/sample/slices.h"

#include "collector/base/clock.h"
#include "collector/view/file.h"

#include <stddef.h>
#include <string.h>

#define FIRST_SLICE_NS (10 * MW_NS_PER_MS)

void mw_slices_begin(struct mw_view *view)
{
    view->slice_ns = FIRST_SLICE_NS;
}

/* Each slice covers twice the time afterwards. */
static void halve_slices(struct mw_view *view)
{
    for (size_t i = 0; i < MW_VIEW_FILE_SLICES / 2; i++) {
        const struct mw_view_slice *a = &view->slices[2 * i], *b = a + 1;
        struct mw_view_slice merged = a->rss_max >= b->rss_max ? *a : *b;
        const struct mw_view_slice *other = a->rss_max >= b->rss_max ? b : a;
        if (other->samples && (!merged.samples || other->rss_min < merged.rss_min))
            merged.rss_min = other->rss_min;
        merged.samples = a->samples + b->samples;
        view->slices[i] = merged;
    }
    memset(view->slices + MW_VIEW_FILE_SLICES / 2, 0, MW_VIEW_FILE_SLICES / 2 * sizeof(*view->slices));
    view->slice_ns *= 2;
    view->slice_count = (view->slice_count + 1) / 2;
}

void mw_slices_add(struct mw_view *view, uint64_t now, uint64_t sum, uint32_t processes)
{
    uint64_t at = now - view->begin_ns;
    struct mw_view_slice *slice;

    while (at / view->slice_ns >= MW_VIEW_FILE_SLICES)
        halve_slices(view);
    slice = &view->slices[at / view->slice_ns];
    if (!slice->samples++ || slice->rss_min > sum)
        slice->rss_min = sum;
    if (slice->rss_max < sum) {
        slice->rss_max = sum;
        slice->processes = processes;
    }
    if (view->slice_count <= at / view->slice_ns)
        view->slice_count = at / view->slice_ns + 1;
    if (view->rss_sum_max < sum) {
        view->rss_sum_max = sum;
        view->rss_sum_max_ns = now;
        view->rss_sum_max_processes = processes;
    }
}
