/* SPDX-License-Identifier: MIT */
/* The report for a terminal. */
#ifndef MW_COLLECTOR_REPORT_TEXT_TEXT_H
#define MW_COLLECTOR_REPORT_TEXT_TEXT_H

#include "collector/report/report.h"

mw_report_write mw_report_text_write;

/* A line to follow the report of a run whose record was saved: how to see more of it. Returns 0, or -1 with errno. */
int mw_report_text_more_write(FILE *out, const struct mw_report_style *style);

#endif
