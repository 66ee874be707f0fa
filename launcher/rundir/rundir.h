/* SPDX-License-Identifier: MIT */
/* The run directory: private (0700), with an unpredictable name and a token file that identifies it
 * (collector/base/token). Ranks create their journals there. */
#ifndef MW_LAUNCHER_RUNDIR_RUNDIR_H
#define MW_LAUNCHER_RUNDIR_RUNDIR_H

#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/token.h"

#include <limits.h>
#include <stdbool.h>

struct mw_rundir {
    int fd;       /* of the directory */
    int token_fd; /* of the token; has the launcher's lock in the process that created the directory */
    struct mw_token token;
    char path[PATH_MAX]; /* absolute */
};

/* Creates one in `base` (NULL: the first usable one of /dev/shm, $TMPDIR, /tmp), with an empty exits file and wait log
 * of this host. Returns 0, or -1 with a line in err. */
int mw_rundir_create(struct mw_rundir *dir, const char *base, struct mw_err *err);

/* Opens an existing one, if the last component of `path` is not a link: a directory of this user that no other user may
 * enter, with a name of memwatch's and the token of that name, or a blank one. Returns 0, or -1 with a line in err. */
int mw_rundir_open(struct mw_rundir *dir, const char *path, struct mw_err *err);

/* Removes memwatch's files, and the directory if it is empty then and its path still leads to it. Other files are kept,
 * and reported on stderr. */
void mw_rundir_remove(struct mw_rundir *dir);

/* Closes it and releases the lock. */
void mw_rundir_close(struct mw_rundir *dir);

/* The current location of a directory that was created or opened earlier. */
enum mw_rundir_place { MW_RUNDIR_THERE, MW_RUNDIR_MOVED, MW_RUNDIR_GONE };
enum mw_rundir_place mw_rundir_place(const struct mw_rundir *dir);

/* Creates a removed or moved one again, at the same path, with the same descriptor numbers. Returns 0, or -1 on
 * failure. */
int mw_rundir_again(struct mw_rundir *dir);

/* Whether its token exists, after creating token, exits file and wait log again if necessary. */
bool mw_rundir_has_token(const struct mw_rundir *dir);
void mw_rundir_refill(struct mw_rundir *dir);

/* Marks: empty files of these names. */
#define MW_RUNDIR_REPORTED MW_FILE_REPORTED /* its report was read: it may be removed after the end of its job */
#define MW_RUNDIR_KEPT MW_FILE_KEPT         /* the user wants to keep it */
void mw_rundir_mark(const struct mw_rundir *dir, const char *name);
bool mw_rundir_is_marked(const struct mw_rundir *dir, const char *name);

#endif
