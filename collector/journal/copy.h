/* SPDX-License-Identifier: MIT */
/* A rank's record in memory of our own, which collector/journal/read.h makes and collector/journal/check.h makes safe. */
#ifndef MW_COLLECTOR_JOURNAL_COPY_H
#define MW_COLLECTOR_JOURNAL_COPY_H

#include "collector/journal/record.h"

#include <stdint.h>

/* The kind of a phase whose own kind was not one of ours; nothing else of it is to be believed. */
#define MW_JOURNAL_READ_BAD_PHASE UINT32_MAX

/* A record in memory of our own. Zeroed it is an empty one. */
struct mw_journal_read {
    struct mw_ident ident;
    struct mw_state state;
    struct mw_cost cost;
    struct mw_module *modules;
    struct mw_site *sites;
    struct mw_phase *phases;
    struct mw_spike *spikes; /* those that were being written when the rank died are left out */
    struct mw_tick *ticks;
    uint32_t module_count, site_count, phase_count, spike_count, tick_count;
    char damage[256];        /* what is not sound and was left out or put right; "" when nothing */
};

#endif
