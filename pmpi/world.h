/* SPDX-License-Identifier: MIT */
/* Which MPI_COMM_WORLD this process belongs to, and the directory its journals lie in: known before MPI_Init,
 * from the environment and the process tree alone. */
#ifndef MW_PMPI_WORLD_H
#define MW_PMPI_WORLD_H

#include "collector/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number that all ranks of one MPI_COMM_WORLD on this host agree on, and no other world of the run has. */
uint64_t mw_world_id(void);

/* Opens the run directory: the launcher's (MEMWATCH_RUN_DIR), or, without a launcher (*alone is set), one that the
 * ranks of this world share, made by the first. Its path goes to `path`. Refuses a directory that is not ours alone.
 * Returns a descriptor owned by the caller, or -1 with a line in err. */
int mw_world_open_dir(uint64_t world, char *path, size_t size, bool *alone, struct mw_err *err);

#endif
