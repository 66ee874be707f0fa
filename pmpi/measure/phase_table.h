/* SPDX-License-Identifier: MIT */
/* The journal's table of phases. pmpi/base/quota.h decides which phases get a separate entry. The others are counted
 * in a shared entry of their parent, "(other phases)". An open phase, or the phase of the rank's peak, always has an
 * entry with its name: one of a few reusable entries, whose counts are added to the shared entry when they are
 * reused. Callers hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_PHASE_TABLE_H
#define MW_PMPI_MEASURE_PHASE_TABLE_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

#define MW_PHASE_TABLE_NONE UINT32_MAX

/* Initializes an empty table. */
void mw_phase_table_start(void);

/* Index of the entry of the phase with this key (kind, parent, sites, name), added if the quotas allow it; or
 * MW_PHASE_TABLE_NONE. `bytes`: memory that grew, or rose temporarily, in this visit. */
uint32_t mw_phase_table_find(const struct mw_phase *key, uint64_t bytes);

/* The same for a visit that find() has rejected, when its memory is known. */
uint32_t mw_phase_table_find_heavy(const struct mw_phase *key, uint64_t bytes);

/* Index of the shared entry of a phase without a separate one. Counts a lost visit. */
uint32_t mw_phase_table_share(const struct mw_phase *key);

/* Index of a reusable entry with the phase's name, for one visit; `shared` if all are in use. It is not reused while
 * it is kept, or while the rank's peak or a spike refers to it. Other phases must have the shared entry as their
 * parent. */
uint32_t mw_phase_table_find_reusable(const struct mw_phase *key, uint32_t shared);
void mw_phase_table_keep(uint32_t index, bool keep);

/* Whether an entry is a reusable one. */
bool mw_phase_table_is_reusable(uint32_t index);

#endif
