/* SPDX-License-Identifier: MIT */
/* Checks limits that the user sets for a run.
 *
 * A check fails only for values that were certainly reached: exact peaks and lower bounds (sampled sums). An upper bound
 * over the limit is reported as a warning.
 */
#ifndef MW_COLLECTOR_FINDINGS_GATES_H
#define MW_COLLECTOR_FINDINGS_GATES_H

#include "collector/findings/findings.h"
#include "collector/model/model.h"

#include <stdbool.h>

/* Bytes of RSS; 0: no limit. */
struct mw_gates {
    uint64_t total;   /* of the job at one time: the sum over its processes */
    uint64_t rank;    /* of each rank */
    uint64_t process; /* of each process, ranks among them */
    bool leaks;       /* look for leaks (collector/findings/leaks.h) */
};

bool mw_gates_any(const struct mw_gates *gates);

/* Adds one finding for each gate: what is over the limit, or may be, or a MW_FINDING_PASSED. */
void mw_gates_judge(const struct mw_gates *gates, const struct mw_model *model, struct mw_findings *findings);

#endif
