/* SPDX-License-Identifier: MIT */
/* `memwatch top`. */
#ifndef MW_LAUNCHER_TOP_TOP_H
#define MW_LAUNCHER_TOP_TOP_H

/* Gets its own argv (argv[0] is "top"); returns the exit status. */
int mw_top_main(int argc, char **argv);

#endif
