/* SPDX-License-Identifier: MIT */
/* `memwatch report`. */
#ifndef MW_LAUNCHER_REPORT_REPORT_H
#define MW_LAUNCHER_REPORT_REPORT_H

/* Gets its own argv (argv[0] is "report"); returns the exit status. */
int mw_report_main(int argc, char **argv);

#endif
