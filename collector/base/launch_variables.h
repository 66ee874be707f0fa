/* SPDX-License-Identifier: MIT */
/* The variables by which job launchers tell a process which rank it is. */
#ifndef MW_COLLECTOR_BASE_LAUNCH_VARIABLES_H
#define MW_COLLECTOR_BASE_LAUNCH_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_launch_variable {
    const char *rank;     /* its name */
    const char *size;     /* of the one that says how many ranks there are; NULL there is none */
    const char *launcher; /* the command whose ranks have it */
};

/* Those of MPI libraries before those of resource managers, which may have started the library's own launcher. */
#define MW_LAUNCH_VARIABLES 8
extern const struct mw_launch_variable mw_launch_variables[MW_LAUNCH_VARIABLES];

/* The number that such a variable has; -1: none of 0 or more. */
int32_t mw_launch_number(const char *text);

/* What this process was told, by getenv() or the like: the first variable of the table that has a number, and whose number
 * of ranks is there, too: a batch script has Slurm's number and is no rank. -1 none. */
int32_t mw_launch_rank(char *(*own)(const char *name));

#endif
