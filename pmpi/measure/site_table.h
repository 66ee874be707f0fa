/* SPDX-License-Identifier: MIT */
/* The journal's table of call sites. pmpi/base/quota.h says which stacks get an entry of their own; all other calls are counted in
 * shared entries: those from one place of the program in one (their callers are not told apart), or, where there is no room
 * for that either, those of one MPI function. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_SITE_TABLE_H
#define MW_PMPI_MEASURE_SITE_TABLE_H

#include "collector/journal/record.h"
#include "pmpi/base/quota.h"

#include <stdbool.h>
#include <stdint.h>

/* Forgets everything. */
void mw_site_table_start(void);

/* Index of the entry of `site` (its call, communicator, frames), which is made if `claim` is good enough. NULL: whatever it
 * is. UINT32_MAX: it has none, and gets none. */
uint32_t mw_site_table_find(const struct mw_site *site, const struct mw_quota_claim *claim);

/* Index of the shared entry for a site without one of its own: never none. */
uint32_t mw_site_table_share(const struct mw_site *site);

/* The same by the name of the call alone, which must be a constant; `completes`: its "+Wait" form. Fast. */
uint32_t mw_site_table_share_call(const char *call, bool completes);

/* Index of an entry with the name of `site`, of which one call has made the rank's highest peak, or a spike: for
 * mw_state.peak_site and mw_spike.site, and for nothing else, since it gets another site's name when neither points at it.
 * UINT32_MAX: no room. */
uint32_t mw_site_table_name(const struct mw_site *site);

/* No stack gets an entry just because it is a new one. */
bool mw_site_table_is_scarce(void);

/* Writes the name of a call as sites have it. */
void mw_site_table_call(char *name, const char *call, bool completes);

/* Makes the tables sound where they were left half-written. */
void mw_site_table_repair(void);

#endif
