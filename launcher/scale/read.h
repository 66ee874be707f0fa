/* SPDX-License-Identifier: MIT */
/* Reads the records of a study. */
#ifndef MW_LAUNCHER_SCALE_READ_H
#define MW_LAUNCHER_SCALE_READ_H

#include "launcher/scale/options.h"

/* Reads the records in options->from, or those of the study's runs in options->dir. The value of the parameter is the
 * one in a record's name (size=65536), or the text in its command line at the position of {NAME} in the template.
 * Unusable records are reported on stderr and skipped. Returns how many were skipped, or -1 with a line in err. */
int mw_scale_read_all(struct mw_study *study, const struct mw_scale_options *options, struct mw_err *err);

#endif
