/* SPDX-License-Identifier: MIT */
/* `memwatch run`. */
#ifndef MW_LAUNCHER_RUN_RUN_H
#define MW_LAUNCHER_RUN_RUN_H

/* Gets its own argv (argv[0] is "run"); returns the exit status. */
int mw_run_main(int argc, char **argv);

#endif
