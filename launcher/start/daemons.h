/* SPDX-License-Identifier: MIT */
/* Loads libmemwatch-wait.so into the daemons that start ranks on other hosts. These are started by ssh or similar,
 * without the environment; Open MPI's mpirun and MPICH's mpiexec have variables that set the command to start. */
#ifndef MW_LAUNCHER_START_DAEMONS_H
#define MW_LAUNCHER_START_DAEMONS_H

#include <stdbool.h>

/* Sets these variables in this process's environment, unless the user has set them there, in a file of MCA parameters
 * or on the command line. Command lines on other hosts contain only the first part of the run directory's name, which
 * is secret. `wait_library`: its absolute path; `hydra_exec`: path of the script that mpiexec uses to start its proxies
 * (launcher/hosts/hydra-exec.sh), NULL: not found. Returns 0, or -1 with errno. */
int mw_daemons_setenv(char *const command[], const char *wait_library, const char *hydra_exec, const char *run_dir);

/* The user's setting that prevents loading the library into them; NULL: none. `command`: NULL: none. */
const char *mw_daemons_kept_out_openmpi(char *const command[]);
const char *mw_daemons_kept_out_hydra(char *const command[]);

#endif
