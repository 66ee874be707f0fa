/* SPDX-License-Identifier: MIT */
/* Phases that repeat, and leave more memory behind at every visit.
 *
 * Of each rank the record holds how up to 16 visits of a phase ended, spread evenly over all (struct mw_visit). A leak is
 * only told when all of this holds: at least 8 such ends; their robust slope (Theil-Sen: the median of the slopes of all
 * pairs) makes up at least 1 MiB and twice the error of the readings; three quarters of the ends lie higher than the one
 * before; the later half grows at least half as fast; no single step is half of the whole; and the phase itself grows by
 * at least half of it, so that it is not another phase's memory. What warms up, levels off, goes up and down or grows
 * once is no leak by that.
 */
#ifndef MW_COLLECTOR_FINDINGS_LEAKS_H
#define MW_COLLECTOR_FINDINGS_LEAKS_H

#include "collector/findings/findings.h"
#include "collector/model/model.h"

/* What a phase of a rank gains with each visit, in bytes, as far as its visits were measured; 0: nothing that looks like a
 * leak. */
double mw_leaks_slope(const struct mw_model_phase *phase, uint64_t error_bytes);

/* Whether the visits that were measured span three quarters of all. Otherwise (calls that came too fast for the budget) a
 * slope may be that of a warm-up, and is told as a warning. */
bool mw_leaks_is_spanned(const struct mw_model_phase *phase);

/* Adds a finding for each leaking phase, the innermost of those that the program names, with the rank that grows fastest
 * and the line where; a MW_FINDING_PASSED when there is none. */
void mw_leaks_judge(const struct mw_model *model, struct mw_findings *findings);

#endif
