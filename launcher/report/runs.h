/* SPDX-License-Identifier: MIT */
/* `memwatch runs`. */
#ifndef MW_LAUNCHER_REPORT_RUNS_H
#define MW_LAUNCHER_REPORT_RUNS_H

/* argv[0] is "runs". Returns the exit status. */
int mw_runs_main(int argc, char **argv);

#endif
