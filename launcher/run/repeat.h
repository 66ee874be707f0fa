/* SPDX-License-Identifier: MIT */
/* --repeat N: N runs one after another, each in a process of its own, and what they had in common and in spread. */
#ifndef MW_LAUNCHER_RUN_REPEAT_H
#define MW_LAUNCHER_RUN_REPEAT_H

#include "launcher/run/options.h"

/* Does one run; leaves the run directory there, and its path in `kept` (PATH_MAX bytes). Returns the exit status. */
typedef int mw_repeat_once(const struct mw_run_options *options, char *kept);

/* Files get the number of their run behind their name. A signal that ends a run ends the rest, too. Reports smallest, median
 * and largest on stderr. Returns the first status that was not 0. */
int mw_repeat_run(const struct mw_run_options *options, mw_repeat_once *once);

#endif
