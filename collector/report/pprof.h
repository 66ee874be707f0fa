/* SPDX-License-Identifier: MIT */
/* What ranks held at their peaks as a profile for pprof: profile.proto, compressed by gzip. A sample is a site of a rank, or what
 * is of no site ("[free, kept by malloc]"), so that the samples of a rank add up to its heap.mark. Labels say which rank. */
#ifndef MW_COLLECTOR_REPORT_PPROF_H
#define MW_COLLECTOR_REPORT_PPROF_H

#include "collector/report/report.h"

mw_report_write mw_report_pprof_write;

#endif
