/* SPDX-License-Identifier: MIT */
/* How the job's environment gets to other hosts, where mpirun does not bring it there by itself. */
#ifndef MW_LAUNCHER_START_FORWARD_H
#define MW_LAUNCHER_START_FORWARD_H

#include "collector/base/err.h"

#include <stdbool.h>

/* Hydra and srun hand on the whole environment; Open MPI's mpirun is told by a variable of its own which ones to hand
 * on. It gets their names, never a value, and so does every command line: mpirun takes the values from its environment
 * and sends them to its daemons over its own connections.
 *
 * Open MPI 4 ends a job whose variables are listed in two ways at once. Beside -x (of which the user's values win) one
 * variable can stand; Open MPI 5 and later have another, for which their mpirun is looked at (launcher/start/prrte.h). To a list
 * of the user's in the environment it is added; where the command or a file of parameters has, or may have, a list,
 * nothing is set and one line says what to add (not with `quiet`). Nor is it for commands that are neither an mpirun nor a
 * script.
 *
 * To be called last, when all variables for the ranks are set. Returns 0, or -1 with a line in err. */
int mw_forward_setenv(char *const command[], bool quiet, struct mw_err *err);

#endif
