/* SPDX-License-Identifier: MIT */
/* The run's numbers as OpenMetrics text, for the textfile folder of a node exporter. */
#ifndef MW_COLLECTOR_REPORT_METRICS_H
#define MW_COLLECTOR_REPORT_METRICS_H

#include "collector/report/report.h"

mw_report_write mw_report_metrics_write;

#endif
