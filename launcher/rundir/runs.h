/* SPDX-License-Identifier: MIT */
/* The run directories of this user: those in use, and those left behind by a killed memwatch. */
#ifndef MW_LAUNCHER_RUNDIR_RUNS_H
#define MW_LAUNCHER_RUNDIR_RUNS_H

#include "collector/base/err.h"
#include "collector/base/hostname.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_runs_state {
    MW_RUNS_RUNNING,  /* its memwatch is alive or, without one, an agent or a rank */
    MW_RUNS_ORPHANED, /* memwatch is gone, the job still runs */
    MW_RUNS_UNKNOWN,  /* cannot be determined here: from another host, boot or PID namespace, or with ranks there */
    MW_RUNS_ENDED,    /* no process is left, and its report was not read */
    MW_RUNS_REPORTED, /* the same, reported */
    MW_RUNS_KEPT      /* the same, kept at the user's request */
};

struct mw_runs_one {
    char path[PATH_MAX];
    enum mw_runs_state state;
    uint64_t wall_ns;            /* start time; 0: unknown */
    uint32_t ranks;              /* number of journals and gathered records */
    uint64_t bytes;              /* disk usage */
    char command[256];           /* "" if unknown */
    char host[MW_HOSTNAME_SIZE]; /* where it was created */
};

/* Searches `base` (NULL: nowhere else), /dev/shm, $TMPDIR and /tmp. free() the result. */
struct mw_runs_one *mw_runs_list(const char *base, size_t *count);

/* Removes reported directories of finished jobs; with `all` also unreported and kept ones; never one in an unknown
 * state. Returns how many. */
size_t mw_runs_clean(const char *base, bool all);

/* Removes the directory named by the user if its job has ended or, with `force`, if that is unknown. With `force` and
 * no such directory here: removes its segments to which no process is attached. Returns 0, or -1 with a line in err. */
int mw_runs_remove(const char *path, bool force, struct mw_err *err);

/* Marks it as reported if its job has ended. No effect on what is not a run directory. */
void mw_runs_mark_reported(const char *path);

#endif
