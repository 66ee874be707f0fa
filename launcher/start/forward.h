/* SPDX-License-Identifier: MIT */
/* Passes the job's environment to other hosts, if mpirun does not do that by default. */
#ifndef MW_LAUNCHER_START_FORWARD_H
#define MW_LAUNCHER_START_FORWARD_H

#include "collector/base/err.h"

#include <stdbool.h>

/* Hydra and srun pass on the entire environment; Open MPI's mpirun has a variable that lists the names to pass on. Only
 * names are listed, never values, also on command lines: mpirun takes the values from its environment and sends them to
 * its daemons over its connections.
 *
 * Open MPI 4 aborts a job whose variables are listed in two ways at once. One variable can be combined with -x (the
 * user's values have priority); Open MPI 5 and later have another variable, so the version of mpirun is determined
 * (launcher/start/prrte.h). If the user has a list in the environment, names are added to it; if the command or a file
 * of parameters has, or may have, a list, nothing is set and one line on stderr reports what to add (not with `quiet`).
 * Nothing is set for commands that are neither an mpirun nor a script.
 *
 * Call last, after all variables for the ranks are set. Returns 0, or -1 with a line in err. */
int mw_forward_setenv(char *const command[], bool quiet, struct mw_err *err);

#endif
