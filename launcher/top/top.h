/* SPDX-License-Identifier: MIT */
/* `memwatch top`. */
#ifndef MW_LAUNCHER_TOP_TOP_H
#define MW_LAUNCHER_TOP_TOP_H

/* argv[0] is "top". Returns the exit status. */
int mw_top_main(int argc, char **argv);

#endif
