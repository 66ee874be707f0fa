/* SPDX-License-Identifier: MIT */
/* `mpirun -n 8 memwatch run ./app`: memwatch is started like valgrind or time, once in each rank. Each instance is a
 * separate run and records one rank. Detected by the variables that job launchers set. One instance prints a warning;
 * on the other ranks one line replaces the report, which would be interleaved with that of rank 0. The job is not
 * affected. */
#ifndef MW_LAUNCHER_START_INSIDE_H
#define MW_LAUNCHER_START_INSIDE_H

#include "collector/model/model.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_inside {
    int32_t rank;         /* rank of this memwatch; -1: it was not started as one of several */
    int32_t size;         /* number of ranks; 0: unknown */
    const char *launcher; /* "mpirun": a constant; set with `rank` */
};

/* Detects whether this memwatch is one of several, from `own`, which is getenv() except in tests. Not if `command`
 * starts ranks itself, with one rank only, or in a batch script, which has such variables as well. */
struct mw_inside mw_inside_look(char *const command[], char *(*own)(const char *name));

/* Whether this instance prints the warning: rank 0, or rank 1 if only that one shows that there are several. */
bool mw_inside_should_warn(const struct mw_inside *inside);

/* Prints on stderr how to get one report on all ranks. `line` is the command as one line. */
void mw_inside_warn(const struct mw_inside *inside, const char *line);

/* Whether one line replaces the report on stderr: not in rank 0, nor on a terminal, if each rank has a separate one. */
bool mw_inside_is_brief(const struct mw_inside *inside);

/* Prints that line. */
void mw_inside_write_brief(const struct mw_inside *inside, const struct mw_model *model);

#endif
