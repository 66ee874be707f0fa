/* SPDX-License-Identifier: MIT */
/* The report for a terminal. */
#ifndef MW_COLLECTOR_REPORT_TEXT_TEXT_H
#define MW_COLLECTOR_REPORT_TEXT_TEXT_H

#include "collector/report/report.h"

mw_report_write mw_report_text_write;

#endif
