/* SPDX-License-Identifier: MIT */
/* The run as tables: comma-separated values with a header row that names units. Times are seconds since the start of the
 * job. */
#ifndef MW_COLLECTOR_REPORT_TABLES_H
#define MW_COLLECTOR_REPORT_TABLES_H

#include "collector/report/report.h"

mw_report_write mw_report_processes_write; /* a row for each process that the filters keep; ranks have more columns */
mw_report_write mw_report_timeline_write;  /* a row for each slice of the sampled sum; style->timeline_ranks: ranks, too */
mw_report_write mw_report_phases_write;    /* a row for each phase, over all ranks */
mw_report_write mw_report_spikes_write;    /* a row for each recorded rise inside one call */
mw_report_write mw_report_heap_write;      /* a row for each rank and site: what was held at the rank's peak */

#endif
