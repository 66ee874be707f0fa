/* SPDX-License-Identifier: MIT */
/* The run directory: private (0700), with a name that cannot be guessed, and a token that proves what it is
 * (collector/base/token). Ranks leave their journals there. */
#ifndef MW_LAUNCHER_RUNDIR_RUNDIR_H
#define MW_LAUNCHER_RUNDIR_RUNDIR_H

#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/token.h"

#include <limits.h>
#include <stdbool.h>

struct mw_rundir {
    int fd;              /* of the directory */
    int token_fd;        /* of the token; holds the launcher's lock in the process that made it */
    struct mw_token token;
    char path[PATH_MAX]; /* absolute */
};

/* Makes one in `base` (NULL: the first of /dev/shm, $TMPDIR, /tmp that takes it), with an empty exits file and
 * wait log of this host in it.
 * Returns 0, or -1 with a line in err. */
int mw_rundir_create(struct mw_rundir *dir, const char *base, struct mw_err *err);

/* Opens one that exists, through no link at the end of `path`: a directory of this user's that nobody else may enter, named as
 * memwatch names them, with the token of that name, or a blank one. Returns 0, or -1 with a line in err. */
int mw_rundir_open(struct mw_rundir *dir, const char *path, struct mw_err *err);

/* Removes memwatch's own files and, when nothing else is in it and its path still leads to it, the directory. Anything else
 * stays, and a line on stderr names it. */
void mw_rundir_remove(struct mw_rundir *dir);

/* Closes it, and lets go of the lock. */
void mw_rundir_close(struct mw_rundir *dir);

/* Where a directory is that was made or opened earlier. */
enum mw_rundir_place { MW_RUNDIR_THERE, MW_RUNDIR_MOVED, MW_RUNDIR_GONE };
enum mw_rundir_place mw_rundir_place(const struct mw_rundir *dir);

/* Makes one that was removed or moved again, at the same path, and open at the same descriptors. Returns 0, or -1: it
 * cannot be. */
int mw_rundir_again(struct mw_rundir *dir);

/* Whether its token is there, and making that, the exits file and the wait log again. */
bool mw_rundir_has_token(const struct mw_rundir *dir);
void mw_rundir_refill(struct mw_rundir *dir);

/* Marks: empty files of these names. */
#define MW_RUNDIR_REPORTED MW_FILE_REPORTED /* somebody has read its report: it may be removed when its job is gone */
#define MW_RUNDIR_KEPT MW_FILE_KEPT         /* the user wants to keep it */
void mw_rundir_mark(const struct mw_rundir *dir, const char *name);
bool mw_rundir_is_marked(const struct mw_rundir *dir, const char *name);

#endif
