/* SPDX-License-Identifier: MIT */
/* `memwatch compare`. */
#ifndef MW_LAUNCHER_REPORT_COMPARE_H
#define MW_LAUNCHER_REPORT_COMPARE_H

/* argv[0] is "compare". Returns the exit status. */
int mw_compare_main(int argc, char **argv);

#endif
