/* SPDX-License-Identifier: MIT */
/* Reads the run that `memwatch report` and `memwatch compare` are given. */
#ifndef MW_LAUNCHER_RUNDIR_SOURCE_H
#define MW_LAUNCHER_RUNDIR_SOURCE_H

#include "collector/base/err.h"
#include "collector/model/model.h"

#include <stdbool.h>

/* The model of a record, a run directory or a gathered record; or, if there is no file of that name and it is a number, of that
 * saved run (launcher/saved/saved.h). Owned by the caller (mw_model_destroy()); NULL with a line in err. */
struct mw_model *mw_source_read(const char *path, struct mw_err *err);

/* The model of a saved run: 1 is the newest. */
struct mw_model *mw_source_read_saved(long number, struct mw_err *err);

/* Whether the directory is that of a run, and not one with several runs. */
bool mw_source_is_run(const char *path);

#endif
