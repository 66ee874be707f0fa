/* SPDX-License-Identifier: MIT */
/* Makes the runs of a study that do not exist yet. */
#ifndef MW_LAUNCHER_SCALE_RUN_H
#define MW_LAUNCHER_SCALE_RUN_H

#include "launcher/scale/options.h"

/* Each run is a separate `memwatch run`: its record is written to DIR/NAME.json, its output to DIR/NAME.log; the record
 * of a failed run is DIR/NAME.failed.json. Progress is shown on stderr. Returns how many failed, or -1 with a line in
 * err if nothing could be run; `interrupted` is set if a signal ended the study. */
int mw_scale_run_all(const struct mw_scale_options *options, bool *interrupted, struct mw_err *err);

#endif
