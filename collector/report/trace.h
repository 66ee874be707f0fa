/* SPDX-License-Identifier: MIT */
/* The run for a trace viewer (Perfetto, chrome://tracing): Chrome's trace-event JSON. Hosts are processes, ranks their
 * threads. It has curves, spikes with their stacks, deaths, and for each user phase the interval from its first visit to its
 * last. */
#ifndef MW_COLLECTOR_REPORT_TRACE_H
#define MW_COLLECTOR_REPORT_TRACE_H

#include "collector/report/report.h"

mw_report_write mw_report_trace_write;

#endif
