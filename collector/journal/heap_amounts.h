/* SPDX-License-Identifier: MIT */
/* What the amounts of a heap's sites mean: the writer copies an amount for a snapshot only when it changes the first time after it
 * (lazy epochs), so one that has not changed since then is still what it was. */
#ifndef MW_COLLECTOR_JOURNAL_HEAP_AMOUNTS_H
#define MW_COLLECTOR_JOURNAL_HEAP_AMOUNTS_H

#include "collector/journal/heap_record.h"

#include <stdbool.h>
#include <stdint.h>

/* The snapshot of the rank's peak. */
const struct mw_heap_snapshot *mw_heap_amounts_peak(const struct mw_heap_state *state);

/* Whether the amount is now what it was at the peak. */
bool mw_heap_amounts_is_now(const struct mw_heap_state *state, const struct mw_heap_amount *amount);

/* Bytes at the peak; 0 if no peak was recorded. */
uint64_t mw_heap_amounts_at_peak(const struct mw_heap_state *state, const struct mw_heap_amount *amount);

/* The variance of any amount of the site, divided by the amount, in bytes. */
double mw_heap_amounts_variance(const struct mw_heap_site *site);

#endif
