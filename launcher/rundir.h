/* SPDX-License-Identifier: MIT */
/* The run directory: private (0700), with a name that cannot be guessed. Ranks leave their journals there. */
#ifndef MW_LAUNCHER_RUNDIR_H
#define MW_LAUNCHER_RUNDIR_H

#include "collector/err.h"

#include <limits.h>

struct mw_rundir {
    int fd;              /* of the directory */
    char path[PATH_MAX]; /* absolute */
};

/* Makes one in `base` (NULL: the first of /dev/shm, $TMPDIR, /tmp that takes it), with an empty exits file of this host in it.
 * Returns 0, or -1 with a line in err. */
int mw_rundir_create(struct mw_rundir *dir, const char *base, struct mw_err *err);

/* Removes it and the files in it, following no link; with `keep` only lets go of it. */
void mw_rundir_fini(struct mw_rundir *dir, int keep);

/* Opens one that exists: a directory of this user's that nobody else may enter. Returns 0, or -1 with a line in err. */
int mw_rundir_open(struct mw_rundir *dir, const char *path, struct mw_err *err);

/* Marks: empty files of these names. */
#define MW_RUNDIR_REPORTED "reported" /* somebody has read its report: it may be removed when its job is gone */
#define MW_RUNDIR_KEPT "kept"         /* the user wants to keep it */
void mw_rundir_mark(const struct mw_rundir *dir, const char *name);

#endif
