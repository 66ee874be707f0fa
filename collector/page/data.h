/* SPDX-License-Identifier: MIT */
/* What the page of a run shows, as one JSON value for its script (collector/page/web/run.js reads it, nothing else does). */
#ifndef MW_COLLECTOR_PAGE_DATA_H
#define MW_COLLECTOR_PAGE_DATA_H

#include "collector/report/report.h"

/* Bytes and ns; times since the start of the job. Members of the value have names, and so have the columns of a table
 * (collector/page/table.h), with their types. Sentences are an array of {"level": 0, or 1 for detail, "kind": "plain", "alarm",
 * "warn" or "aside", "text"}, some with a "value" or a "label" in front; those that make one paragraph an array of texts. A
 * number that may be inexact is {"bytes","kind"}, or null. Strings are safe inside HTML. */
void mw_page_data_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style);

/* Of one job, or of a run without its jobs. */
void mw_page_data_write_one(FILE *out, const struct mw_model *model, const struct mw_report_style *style);

#endif
