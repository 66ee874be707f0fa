/* SPDX-License-Identifier: MIT */
/* A private copy of a rank's record, made by collector/journal/read.h and validated by collector/journal/check.h. */
#ifndef MW_COLLECTOR_JOURNAL_COPY_H
#define MW_COLLECTOR_JOURNAL_COPY_H

#include "collector/journal/record.h"

#include <stdint.h>

/* Marks a phase with an invalid kind; ignore its other fields. */
#define MW_JOURNAL_READ_BAD_PHASE UINT32_MAX

/* A private copy of a record. All zero is an empty one. */
struct mw_journal_read {
    struct mw_ident ident;
    struct mw_state state;
    struct mw_cost cost;
    struct mw_module *modules;
    struct mw_site *sites;
    struct mw_phase *phases;
    struct mw_spike *spikes; /* without spikes that were being written when the rank died */
    struct mw_tick *ticks;
    uint32_t module_count, site_count, phase_count, spike_count, tick_count;
    char damage[256]; /* what was invalid and was dropped or corrected; "" if nothing */
};

#endif
