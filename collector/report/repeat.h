/* SPDX-License-Identifier: MIT */
/* What several runs of one command had: smallest, median and largest. */
#ifndef MW_COLLECTOR_REPORT_REPEAT_H
#define MW_COLLECTOR_REPORT_REPEAT_H

#include "collector/compare/compare.h"
#include "collector/report/report.h"

/* By phase, by rank. */
#define MW_REPORT_REPEAT_AXES 2

/* The runs are the candidates of each axis, judged. Of each axis the largest rows are told, or `all`. Returns 0, or -1 when
 * writing failed (errno). */
int mw_report_repeat_write(FILE *out, const struct mw_compare *const axes[MW_REPORT_REPEAT_AXES],
                           const struct mw_report_style *style);

#endif
