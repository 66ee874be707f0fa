/* SPDX-License-Identifier: MIT */
/* `memwatch scale`. */
#ifndef MW_LAUNCHER_SCALE_SCALE_H
#define MW_LAUNCHER_SCALE_SCALE_H

/* argv[0] is "scale". Returns the exit status. */
int mw_scale_main(int argc, char **argv);

#endif
