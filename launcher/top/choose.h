/* SPDX-License-Identifier: MIT */
/* Which job `memwatch top` shows. */
#ifndef MW_LAUNCHER_TOP_CHOOSE_H
#define MW_LAUNCHER_TOP_CHOOSE_H

#include "launcher/top/options.h"

#include <limits.h>

/* The run directory: the one that was given, that of a process that was given by its pid (the command, one of its processes or
 * ranks, or memwatch itself), or that of the only running job. Of several jobs the user chooses one on the terminal. Returns 0, or
 * -1 with a line in err. */
int mw_top_choose(char path[PATH_MAX], const struct mw_top_options *options, struct mw_err *err);

#endif
