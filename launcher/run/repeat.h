/* SPDX-License-Identifier: MIT */
/* --repeat N: N runs one after another, each in a separate process, and their summary. */
#ifndef MW_LAUNCHER_RUN_REPEAT_H
#define MW_LAUNCHER_RUN_REPEAT_H

#include "launcher/run/options.h"

/* Makes one run; leaves its run directory, with the path in `kept` (PATH_MAX bytes). Returns the exit status. */
typedef int mw_repeat_once(const struct mw_run_options *options, char *kept);

/* The file name of the run with that number, which precedes the suffix: "run.2.json", "heap.2.pb.gz"; "report.2" without one.
 * To be freed by the caller. */
char *mw_repeat_name(const char *path, int number);

/* Puts the number of the run into file names (mw_repeat_name()). A signal that ends a run ends the remaining ones. Reports minimum,
 * median and maximum on stderr. Returns the first nonzero status. */
int mw_repeat_run(const struct mw_run_options *options, mw_repeat_once *once);

#endif
