/* SPDX-License-Identifier: MIT */
/* An output file requested by the user: checked before the job starts, and renamed into place when complete. */
#ifndef MW_LAUNCHER_OUTPUT_OUTPUT_H
#define MW_LAUNCHER_OUTPUT_OUTPUT_H

#include "collector/base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct mw_output {
    FILE *file; /* stream to write to */
    bool force;
    char path[PATH_MAX];
    char temporary[PATH_MAX]; /* in the same directory */
};

/* Rejects an existing file without `force`, and a directory that is not writable. Returns 0, or -1 with a line in err. */
int mw_output_open(struct mw_output *output, const char *path, bool force, struct mw_err *err);

/* Moves the file to its final name (fsync, rename). Returns 0; 1 with a line in err if another file was created there
 * meanwhile, and the output keeps its temporary name; or -1 with a line in err. */
int mw_output_commit(struct mw_output *output, struct mw_err *err);

/* Forgets it: another process has committed it. */
void mw_output_release(struct mw_output *output);

/* Discards what was written. No effect after a commit. */
void mw_output_abandon(struct mw_output *output);

#endif
