/* SPDX-License-Identifier: MIT */
/* The journal's table of call sites. pmpi/base/quota.h decides which stacks get a separate entry. All other calls
 * are counted in shared entries: one for each place of the program (callers are not distinguished), or, if there is
 * no space for that, one for each MPI function. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_SITE_TABLE_H
#define MW_PMPI_MEASURE_SITE_TABLE_H

#include "collector/journal/record.h"
#include "pmpi/base/quota.h"

#include <stdbool.h>
#include <stdint.h>

/* Initializes an empty table. */
void mw_site_table_start(void);

/* Index of the entry of `site` (call, communicator size, frames), added if the quotas allow `claim`; NULL: if there
 * is any unreserved entry. UINT32_MAX: no entry. */
uint32_t mw_site_table_find(const struct mw_site *site, const struct mw_quota_claim *claim);

/* Index of the shared entry for a site without a separate one. Always succeeds. */
uint32_t mw_site_table_share(const struct mw_site *site);

/* The same by the name of the call only, which must be a constant; `completes`: its "+Wait" form. Fast. */
uint32_t mw_site_table_share_call(const char *call, bool completes);

/* Index of a reusable entry with the name of `site`, for a call that made the rank's highest peak or a spike. Use it
 * only for mw_state.peak_site and mw_spike.site: it is reused when neither refers to it. UINT32_MAX: the table is
 * full. */
uint32_t mw_site_table_find_reusable(const struct mw_site *site);

/* Whether new stacks no longer get an entry just for occurring again. */
bool mw_site_table_is_scarce(void);

/* Writes the name of a call as stored in sites. */
void mw_site_table_call(char *name, const char *call, bool completes);

/* Repairs the index after an update was interrupted. */
void mw_site_table_repair(void);

#endif
