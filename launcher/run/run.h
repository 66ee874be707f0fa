/* SPDX-License-Identifier: MIT */
/* `memwatch run`. */
#ifndef MW_LAUNCHER_RUN_RUN_H
#define MW_LAUNCHER_RUN_RUN_H

/* argv[0] is "run". Returns the exit status. */
int mw_run_main(int argc, char **argv);

#endif
