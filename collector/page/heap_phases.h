/* SPDX-License-Identifier: MIT */
/* What ranks held at the peaks of phases with names, by stack, for a page. */
#ifndef MW_COLLECTOR_PAGE_HEAP_PHASES_H
#define MW_COLLECTOR_PAGE_HEAP_PHASES_H

#include "collector/page/heap_stacks.h"

struct mw_page_heap_phases;

/* Of these ranks; adds their stacks. The caller writes the tables "heap_phases" and "heap_phase_sites", and destroys it. */
struct mw_page_heap_phases *mw_page_heap_phases_take(const struct mw_model *model, const uint32_t *ranks, size_t count,
                                                     struct mw_page_heap_stacks *stacks);
void mw_page_heap_phases_write(FILE *out, const struct mw_page_heap_phases *phases);
void mw_page_heap_phases_destroy(struct mw_page_heap_phases *phases);

#endif
