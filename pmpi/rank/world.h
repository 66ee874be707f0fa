/* SPDX-License-Identifier: MIT */
/* Which MPI_COMM_WORLD this process belongs to, and the directory its journals lie in: known before MPI_Init,
 * from the environment and the process tree alone. */
#ifndef MW_PMPI_RANK_WORLD_H
#define MW_PMPI_RANK_WORLD_H

#include "collector/base/err.h"
#include "collector/journal/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_world {
    uint64_t id; /* no other world of the run has it */
    enum mw_world_reach reach;
};

/* A number that ranks of one MPI_COMM_WORLD agree on: all of them where Open MPI's mpirun, Hydra or a job's number tells,
 * else those that one process has started on this host; or this one alone. */
struct mw_world mw_world_find(void);

struct mw_world_dir {
    int fd;
    int joined;    /* keeps others from removing it until a journal is in it; -1: the launcher does */
    uint64_t pid_ns; /* the PID namespace in which it was made; 0 unknown, or on another host */
    bool standalone;    /* no launcher: it is one that the ranks of this world share, made by the first */
    bool removed; /* on the launcher's host, and not there any more */
};

/* Opens the run directory: the launcher's (MEMWATCH_RUN_DIR), or, without a launcher, one of the ranks' own. On another host
 * than the launcher's it is made when it isn't there. Its path goes to `path`. Refuses a directory that is not ours alone.
 * Returns 0, or -1 with a line in err. */
int mw_world_open_dir(uint64_t world, struct mw_world_dir *dir, char *path, size_t size, struct mw_err *err);
void mw_world_close_dir(struct mw_world_dir *dir);

#endif
