/* SPDX-License-Identifier: MIT */
/* The run directories of this user: those in use, and those that a killed memwatch left behind. */
#ifndef MW_LAUNCHER_RUNDIR_RUNS_H
#define MW_LAUNCHER_RUNDIR_RUNS_H

#include "collector/base/err.h"
#include "collector/base/hostname.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_runs_state {
    MW_RUNS_RUNNING,  /* its memwatch or, without one, an agent or a rank of it lives */
    MW_RUNS_ORPHANED, /* memwatch is gone, the job goes on */
    MW_RUNS_UNKNOWN,  /* cannot be known here: of another host, boot or PID namespace, or with ranks there */
    MW_RUNS_ENDED,    /* nobody of it lives, and nobody has read its report */
    MW_RUNS_REPORTED, /* the same, reported */
    MW_RUNS_KEPT      /* the same, kept by the user's wish */
};

struct mw_runs_one {
    char path[PATH_MAX];
    enum mw_runs_state state;
    uint64_t wall_ns;  /* when it began; 0 unknown */
    uint32_t ranks;    /* journals and gathered records that lie there */
    uint64_t bytes;    /* that it takes */
    char command[256]; /* "" unknown */
    char host[MW_HOSTNAME_SIZE]; /* where it was made */
};

/* Looks in `base` (NULL: nowhere else), /dev/shm, $TMPDIR and /tmp. free() the result. */
struct mw_runs_one *mw_runs_list(const char *base, size_t *count);

/* Removes those that are reported and whose job is gone, with `all` also those that nobody has read or kept; never one of
 * which it is not known. Returns how many. */
size_t mw_runs_clean(const char *base, bool all);

/* Removes the one that the user names when its job is gone or, with `force`, when that is not known. With `force` and
 * where there is no such directory (any more, or here): its segments to which nobody is attached. Returns 0, or -1 with a line
 * in err. */
int mw_runs_remove(const char *path, bool force, struct mw_err *err);

/* Marks it as reported when its job is gone. Does nothing to what is not a run directory. */
void mw_runs_mark_reported(const char *path);

#endif
