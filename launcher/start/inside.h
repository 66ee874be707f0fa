/* SPDX-License-Identifier: MIT */
/* `mpirun -n 8 memwatch run ./app`: memwatch started as valgrind or time are, once in each rank. Each is a run by itself then
 * and sees one rank. The variables that job launchers set show it. It is said once, and of the other ranks one line each takes
 * the place of the report, which would come line by line through that of rank 0. The job runs as it is. */
#ifndef MW_LAUNCHER_START_INSIDE_H
#define MW_LAUNCHER_START_INSIDE_H

#include "collector/model/model.h"

#include <stdbool.h>
#include <stdint.h>

struct mw_inside {
    int32_t rank;         /* that memwatch itself was started as; -1: it was not started as one of several */
    int32_t size;         /* ranks; 0: not known */
    const char *launcher; /* "mpirun": a constant; with `rank` */
};

/* Whether this memwatch is one of several, by `own`, which is getenv() but for tests. Not when `command` starts ranks itself:
 * then memwatch is where it belongs. Nor with one rank alone, nor in a batch script, which have such variables as well. */
struct mw_inside mw_inside_look(char *const command[], char *(*own)(const char *name));

/* The one that says it for all: rank 0, or rank 1 where it alone shows that there are several. */
bool mw_inside_speaks(const struct mw_inside *inside);

/* Says on stderr how to get one report on all ranks. `line` is the command as one line. */
void mw_inside_warn(const struct mw_inside *inside, const char *line);

/* Whether one line stands for the report on stderr: not in rank 0, nor on a terminal, of which each rank has its own. */
bool mw_inside_is_brief(const struct mw_inside *inside);

/* That line. */
void mw_inside_write_brief(const struct mw_inside *inside, const struct mw_model *model);

#endif
