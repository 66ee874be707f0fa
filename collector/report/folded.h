/* SPDX-License-Identifier: MIT */
/* What ranks held at their peaks as collapsed stacks, the input of flamegraph.pl and of other flame graph viewers: lines
 * "rank 3;main;compute;fft.c:291 40960", sorted, each stack once. The number is in bytes. */
#ifndef MW_COLLECTOR_REPORT_FOLDED_H
#define MW_COLLECTOR_REPORT_FOLDED_H

#include "collector/report/report.h"

mw_report_write mw_report_folded_write;

#endif
