/* SPDX-License-Identifier: MIT */
/* A file that the user asked for: checked before the job starts, and there whole or not at all. */
#ifndef MW_LAUNCHER_OUTPUT_OUTPUT_H
#define MW_LAUNCHER_OUTPUT_OUTPUT_H

#include "collector/base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct mw_output {
    FILE *file;               /* to write to */
    bool force;
    char path[PATH_MAX];
    char temporary[PATH_MAX]; /* beside it */
};

/* Refuses an existing file without `force`, and a place that cannot be written. Returns 0, or -1 with a line in err. */
int mw_output_open(struct mw_output *output, const char *path, bool force, struct mw_err *err);

/* Puts what was written in its place (fsync, rename). Returns 0; or 1 with a line in err when somebody else has made a
 * file there meanwhile and it stays beside it; or -1 with a line in err. */
int mw_output_commit(struct mw_output *output, struct mw_err *err);

/* Lets go of it: another process has committed it. */
void mw_output_release(struct mw_output *output);

/* Drops what was written. Does nothing after a commit. */
void mw_output_abandon(struct mw_output *output);

#endif
