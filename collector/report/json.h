/* SPDX-License-Identifier: MIT */
/* The run's record as one JSON document: first the fields that users of samplers know, then all of the model
 * (collector/record/fields). Written as a stream, without copying the model. */
#ifndef MW_COLLECTOR_REPORT_JSON_H
#define MW_COLLECTOR_REPORT_JSON_H

#include "collector/report/report.h"

/* Filters change only `filter` and the totals for it; the record is always complete. */
mw_report_write mw_report_json_write;

#endif
