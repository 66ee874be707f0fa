/* SPDX-License-Identifier: MIT */
/* The run directories of this user on this host: those in use, and those that a killed memwatch left behind. */
#ifndef MW_LAUNCHER_RUNS_H
#define MW_LAUNCHER_RUNS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mw_runs_state {
    MW_RUNS_RUNNING,  /* its memwatch, or its first rank without one, lives */
    MW_RUNS_ORPHANED, /* memwatch is gone, the job goes on */
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
};

/* Looks in `base` (NULL: nowhere else), /dev/shm, $TMPDIR and /tmp. free() the result. */
struct mw_runs_one *mw_runs_list(const char *base, size_t *count);

/* Removes those that are reported and whose job is gone, with `all` also those that nobody has read or kept. Returns
 * how many. */
size_t mw_runs_clean(const char *base, bool all);

#endif
