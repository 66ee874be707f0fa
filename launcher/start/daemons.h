/* SPDX-License-Identifier: MIT */
/* How libmemwatch-wait.so gets into the daemons that start ranks on other hosts: they are started by ssh or the like, and
 * get no environment. Open MPI's mpirun and MPICH's mpiexec have variables that say what to start there. */
#ifndef MW_LAUNCHER_START_DAEMONS_H
#define MW_LAUNCHER_START_DAEMONS_H

#include <stdbool.h>

/* Sets these variables in this process's environment; one that the user has set, there, in a file of MCA parameters or on
 * the command line, is kept. Of the run directory's name, which nobody shall know, the command line on the other hosts has
 * only the beginning. `wait_library`: its absolute path; `hydra_exec`: that of the script by which mpiexec is to start its
 * proxies (launcher/hosts/hydra-exec.sh), NULL: it was not found. Returns 0, or -1 with errno. */
int mw_daemons_setenv(char *const command[], const char *wait_library, const char *hydra_exec, const char *run_dir);

/* Which setting of the user's keeps the library out of them; NULL: none. `command`: NULL none. */
const char *mw_daemons_kept_out_openmpi(char *const command[]);
const char *mw_daemons_kept_out_hydra(char *const command[]);

#endif
