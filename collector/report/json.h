/* SPDX-License-Identifier: MIT */
/* The run's record as one JSON document: all of the model (collector/record/fields), and first the fields that users of
 * samplers know. Written in a stream: nothing of the model is copied. */
#ifndef MW_COLLECTOR_REPORT_JSON_H
#define MW_COLLECTOR_REPORT_JSON_H

#include "collector/report/report.h"

/* Filters change `filter` and what belongs to it; nothing is left out of the record. */
mw_report_write mw_report_json_write;

#endif
