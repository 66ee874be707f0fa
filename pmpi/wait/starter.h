/* SPDX-License-Identifier: MIT */
/* Which programs start MPI ranks. */
#ifndef MW_PMPI_WAIT_STARTER_H
#define MW_PMPI_WAIT_STARTER_H

#include <stdbool.h>

/* By its name: mpirun and the like, and the daemons that start the ranks of one host. */
bool mw_wait_starter_is_known(void);

/* By its environment: what such a program has started as a rank. It is the rank itself, or a script or tool around it
 * (time, a shell, subprocess of Python), which then is the rank's parent. */
bool mw_wait_starter_is_around_rank(void);

#endif
