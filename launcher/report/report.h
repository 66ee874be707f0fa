/* SPDX-License-Identifier: MIT */
/* `memwatch report`. */
#ifndef MW_LAUNCHER_REPORT_REPORT_H
#define MW_LAUNCHER_REPORT_REPORT_H

/* argv[0] is "report". Returns the exit status. */
int mw_report_main(int argc, char **argv);

#endif
