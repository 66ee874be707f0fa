/* SPDX-License-Identifier: MIT */
/* `memwatch scale`. */
#ifndef MW_LAUNCHER_SCALE_SCALE_H
#define MW_LAUNCHER_SCALE_SCALE_H

/* Gets its own argv (argv[0] is "scale"); returns the exit status. */
int mw_scale_main(int argc, char **argv);

#endif
