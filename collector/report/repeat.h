/* SPDX-License-Identifier: MIT */
/* Statistics over several runs of one command: smallest, median and largest. */
#ifndef MW_COLLECTOR_REPORT_REPEAT_H
#define MW_COLLECTOR_REPORT_REPEAT_H

#include "collector/compare/compare.h"
#include "collector/report/report.h"

/* By phase, by rank. */
#define MW_REPORT_REPEAT_AXES 2

/* The runs are the candidates of each axis, after mw_compare_judge(). Writes the largest rows of each axis, or `all`.
 * Returns 0, or -1 with errno if writing failed. */
int mw_report_repeat_write(FILE *out, const struct mw_compare *const axes[MW_REPORT_REPEAT_AXES],
                           const struct mw_report_style *style);

#endif
