/* SPDX-License-Identifier: MIT */
/* Makes the runs of a study that are not there yet. */
#ifndef MW_LAUNCHER_SCALE_RUN_H
#define MW_LAUNCHER_SCALE_RUN_H

#include "launcher/scale/options.h"

/* Each run is a `memwatch run` of its own: its record goes to DIR/NAME.json, what it printed to DIR/NAME.log; of a failed
 * one the record is called NAME.failed.json. Progress goes to stderr. Returns how many failed, or -1 with a line in err
 * when nothing could be run; `interrupted` when a signal ended the study. */
int mw_scale_run_all(const struct mw_scale_options *options, bool *interrupted, struct mw_err *err);

#endif
