/* SPDX-License-Identifier: MIT */
/* The records of a study, read into it. */
#ifndef MW_LAUNCHER_SCALE_READ_H
#define MW_LAUNCHER_SCALE_READ_H

#include "launcher/scale/options.h"

/* Takes the records of options->from, or those that the runs of options were to leave in options->dir. The value of the
 * parameter is the one in a record's name (size=65536), or what stands in its command line where the template has {NAME}.
 * What is of no use is told on stderr and left out. Returns how many were left out, or -1 with a line in err. */
int mw_scale_read_all(struct mw_study *study, const struct mw_scale_options *options, struct mw_err *err);

#endif
