/* SPDX-License-Identifier: MIT */
/* The environment variables in which job launchers pass a process its rank. */
#ifndef MW_COLLECTOR_BASE_LAUNCH_VARIABLES_H
#define MW_COLLECTOR_BASE_LAUNCH_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_launch_variable {
    const char *rank;     /* its name */
    const char *size;     /* name of the variable with the number of ranks; NULL if there is none */
    const char *launcher; /* the command that sets them */
};

/* Variables of MPI libraries come before those of resource managers, which may have started the MPI launcher. */
#define MW_LAUNCH_VARIABLES 8
extern const struct mw_launch_variable mw_launch_variables[MW_LAUNCH_VARIABLES];

/* The number in the value of such a variable; -1 if it is not a number >= 0. */
int32_t mw_launch_number(const char *text);

/* The rank of this process by its environment, read by getenv() or an equivalent: the first variable of the table that has a
 * number and whose size variable is set (a batch script has SLURM_PROCID, but is not a rank). -1 if there is none. */
int32_t mw_launch_rank(char *(*get_variable)(const char *name));

#endif
