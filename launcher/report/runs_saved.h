/* SPDX-License-Identifier: MIT */
/* The part of `memwatch runs` that lists saved runs. */
#ifndef MW_LAUNCHER_REPORT_RUNS_SAVED_H
#define MW_LAUNCHER_REPORT_RUNS_SAVED_H

#include "collector/report/report.h"

#include <stdbool.h>

/* Prints a table of the newest saved runs on stdout, or of all, and where they are. Nothing if there are none. */
void mw_runs_saved_list(const struct mw_report_style *style, bool all);

#endif
