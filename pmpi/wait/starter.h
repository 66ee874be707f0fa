/* SPDX-License-Identifier: MIT */
/* Whether this process starts MPI ranks. */
#ifndef MW_PMPI_WAIT_STARTER_H
#define MW_PMPI_WAIT_STARTER_H

#include <stdbool.h>

/* By program name: mpirun and similar commands, and the daemons that start the ranks of one host. */
bool mw_wait_starter_is_known(void);

/* By environment: the process was started as a rank. It is the rank itself, or its parent: a script or tool around
 * it (time, a shell, Python's subprocess). */
bool mw_wait_starter_is_around_rank(void);

#endif
