/* SPDX-License-Identifier: MIT */
/* The journal's table of phases. pmpi/base/quota.h says which phases get an entry of their own. The others are counted in shared
 * entries, "(other phases)" of their parent. A phase that is open, or the one of the rank's peak, has a name all the same: in
 * one of some entries that are written again and again, and whose numbers go into the shared one then. Callers hold the
 * rank's lock. */
#ifndef MW_PMPI_MEASURE_PHASE_TABLE_H
#define MW_PMPI_MEASURE_PHASE_TABLE_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

#define MW_PHASE_TABLE_NONE UINT32_MAX

/* Forgets everything. */
void mw_phase_table_start(void);

/* Index of the entry of the phase with this key (kind, parent, sites, name), made when there is room for it; or
 * MW_PHASE_TABLE_NONE. `bytes` grew, or rose for a moment, in this visit. */
uint32_t mw_phase_table_find(const struct mw_phase *key, uint64_t bytes);

/* The same of a visit for which find() gave none, when that is known. */
uint32_t mw_phase_table_find_heavy(const struct mw_phase *key, uint64_t bytes);

/* Index of the shared entry of a phase that has none of its own. Counts a lost visit. */
uint32_t mw_phase_table_share(const struct mw_phase *key);

/* Index of an entry with the phase's name, for one visit; that of the shared one, `shared`, when all are in use. It is the
 * visit's as long as it is kept, or while the rank's peak or a spike is in it. The parent of other phases must be the shared
 * one. */
uint32_t mw_phase_table_name(const struct mw_phase *key, uint32_t shared);
void mw_phase_table_keep(uint32_t index, bool keep);

/* Whether an entry is one of these. */
bool mw_phase_table_is_name(uint32_t index);

#endif
