/* SPDX-License-Identifier: MIT */
/* Limits that the user sets for a run, and how they are judged.
 *
 * What was surely reached judges: exact peaks, and lower bounds (what was seen at one moment). A number that only may
 * have been reached, an upper bound over the limit, is told as a warning and fails nothing.
 */
#ifndef MW_COLLECTOR_FINDINGS_GATES_H
#define MW_COLLECTOR_FINDINGS_GATES_H

#include "collector/findings/findings.h"
#include "collector/model/model.h"

#include <stdbool.h>

/* Bytes of RSS; 0: no limit. */
struct mw_gates {
    uint64_t total;    /* of the whole job at one moment: the sum over its processes */
    uint64_t rank;     /* of each rank */
    uint64_t process;  /* of each process, ranks among them */
    bool leaks;        /* look for leaks (collector/findings/leaks.h) */
};

bool mw_gates_any(const struct mw_gates *gates);

/* Adds what each of the gates found: one line for what is over, or may have been, or a MW_FINDING_PASSED. */
void mw_gates_judge(const struct mw_gates *gates, const struct mw_model *model, struct mw_findings *findings);

#endif
