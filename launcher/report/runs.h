/* SPDX-License-Identifier: MIT */
/* `memwatch runs`. */
#ifndef MW_LAUNCHER_REPORT_RUNS_H
#define MW_LAUNCHER_REPORT_RUNS_H

/* Gets its own argv (argv[0] is "runs"); returns the exit status. */
int mw_runs_main(int argc, char **argv);

#endif
