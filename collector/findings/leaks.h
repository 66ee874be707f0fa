/* SPDX-License-Identifier: MIT */
/* Finds phases that repeat and leave more memory behind at every visit.
 *
 * The record of a rank has the ends of up to 16 visits of a phase, spread evenly over all (struct mw_visit). A leak is
 * reported only if all of this holds: at least 8 such ends; their robust slope (Theil-Sen: the median of the slopes of all
 * pairs) makes up at least 1 MiB and twice the error of the readings; three quarters of the ends lie higher than the one
 * before; the later half grows at least half as fast; no single step is half of the total; and the phase itself grows by at
 * least half of it, so that it is not another phase's memory. So warm-up, saturation, fluctuation and a single growth are
 * not reported as leaks.
 */
#ifndef MW_COLLECTOR_FINDINGS_LEAKS_H
#define MW_COLLECTOR_FINDINGS_LEAKS_H

#include "collector/findings/findings.h"
#include "collector/model/model.h"

/* Growth of a phase of a rank per visit, in bytes, from its measured visits; 0 if it does not look like a leak. */
double mw_leaks_slope(const struct mw_model_phase *phase, uint64_t error_bytes);

/* Whether the measured visits span three quarters of all. If not (calls were too frequent for the budget), a slope may be
 * that of a warm-up and is reported as a warning. */
bool mw_leaks_is_spanned(const struct mw_model_phase *phase);

/* Adds a finding for each leaking phase (the innermost user phase) with the rank that grows fastest, the source line, and
 * the lines that allocated what it left (collector/findings/leak_lines.h); a MW_FINDING_PASSED if there is none. */
void mw_leaks_judge(const struct mw_model *model, struct mw_findings *findings);

/* The phase that grows most over all of its visits, in the rank where it grows fastest. */
struct mw_leaks_worst {
    uint32_t rank;  /* index; MW_MODEL_NONE: no phase looks like a leak */
    uint32_t phase; /* in its phases */
    double slope;   /* bytes per visit */
    bool sure;      /* as a finding, it would be no warning */
};

struct mw_leaks_worst mw_leaks_find_worst(const struct mw_model *model);

#endif
