/* SPDX-License-Identifier: MIT */
/* Which MPI_COMM_WORLD this process belongs to, and the directory of its journals: found before MPI_Init from the
 * environment and the process tree. */
#ifndef MW_PMPI_RANK_WORLD_H
#define MW_PMPI_RANK_WORLD_H

#include "collector/base/err.h"
#include "collector/journal/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_world {
    uint64_t id; /* unique among the worlds of the run */
    enum mw_world_reach reach;
};

/* Finds an id that the ranks of one MPI_COMM_WORLD have in common: all of them with Open MPI's mpirun, Hydra or a
 * job's number; else the ranks that one process has started on this host; else only this rank. */
struct mw_world mw_world_find(void);

struct mw_world_dir {
    int fd;
    int joined;      /* descriptor that keeps other ranks from removing the directory until it contains a journal; -1:
                      the launcher removes it */
    uint64_t pid_ns; /* PID namespace in which it was created; 0: unknown, or on another host */
    bool standalone; /* no launcher: the directory is shared by the ranks of this world, and the first created it */
    bool removed;    /* on the launcher's host, but does not exist any more */
};

/* Opens the run directory: the launcher's (MEMWATCH_RUN_DIR), or without a launcher that of the ranks. On a host
 * other than the launcher's it is created if needed. Its path goes to `path`. Refuses a directory that other users
 * may access. Returns 0, or -1 with a message in `err`. */
int mw_world_open_dir(uint64_t world, struct mw_world_dir *dir, char *path, size_t size, struct mw_err *err);
void mw_world_close_dir(struct mw_world_dir *dir);

#endif
