/* SPDX-License-Identifier: MIT */
/* A private copy of a rank's record, made by collector/journal/read.h and validated by collector/journal/check.h. */
#ifndef MW_COLLECTOR_JOURNAL_COPY_H
#define MW_COLLECTOR_JOURNAL_COPY_H

#include "collector/journal/heap_record.h"
#include "collector/journal/record.h"

#include <stdint.h>

/* A private copy of a record. All zero is an empty one. */
struct mw_journal_read {
    struct mw_ident ident;
    struct mw_state state;
    struct mw_cost cost;
    struct mw_module *modules;
    struct mw_site *sites;
    struct mw_phase *phases; /* without those of no kind, or never written; indices elsewhere are those of what is here */
    struct mw_spike *spikes; /* without spikes that were being written when the rank died */
    struct mw_tick *ticks;
    struct mw_function *functions;
    uint32_t module_count, site_count, phase_count, spike_count, tick_count, function_count;
    struct mw_heap_state heap; /* MW_HEAP_ABSENT if the record has none; then the following are empty */
    struct mw_module *heap_modules;
    struct mw_heap_site *heap_sites;
    struct mw_heap_phase *heap_phases;
    struct mw_heap_tick *heap_ticks; /* in order of time */
    struct mw_heap_left *heap_left;  /* one for each site at most */
    struct mw_function *heap_functions;
    uint32_t heap_module_count, heap_site_count, heap_phase_count, heap_tick_count, heap_left_count, heap_function_count;
    char damage[256]; /* what was invalid and was dropped or corrected; "" if nothing */
};

#endif
