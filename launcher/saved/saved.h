/* SPDX-License-Identifier: MIT */
/* The records of the last runs, which `memwatch run` keeps without being asked, so that a run whose report was not saved can
 * still be shown in another form or compared. */
#ifndef MW_LAUNCHER_SAVED_SAVED_H
#define MW_LAUNCHER_SAVED_SAVED_H

#include "collector/base/err.h"
#include "collector/model/model.h"

#include <limits.h>
#include <stdbool.h>

/* The most that is kept. The oldest records are removed first; a single larger one is not saved. */
#define MW_SAVED_COUNT_MOST 200
#define MW_SAVED_BYTES_MOST (128ULL << 20)

/* Saves the record of a run, with secrets in its command lines hidden (collector/base/secrets.h). It is written by a child
 * process, which is given up after 10 s: home directories can be on a server that does not answer. Returns whether it was
 * saved; errors are not reported, as the user has not asked for it. */
bool mw_saved_add(const struct mw_model *model);

/* The path of the record with that number: 1 is the newest. Returns 0, or -1 with a line in err. */
int mw_saved_path(long number, char path[PATH_MAX], struct mw_err *err);

/* The number that `text` gives for a saved record: 0 if it is not a number, or if a file of that name exists. */
long mw_saved_number(const char *text);

#endif
