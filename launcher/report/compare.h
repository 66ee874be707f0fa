/* SPDX-License-Identifier: MIT */
/* `memwatch compare`. */
#ifndef MW_LAUNCHER_REPORT_COMPARE_H
#define MW_LAUNCHER_REPORT_COMPARE_H

/* Gets its own argv (argv[0] is "compare"); returns the exit status. */
int mw_compare_main(int argc, char **argv);

#endif
