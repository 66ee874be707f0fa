/* SPDX-License-Identifier: MIT */
/* Programs that start ranks, whatever the MPI, by the base names of their files. */
#ifndef MW_COLLECTOR_BASE_STARTERS_H
#define MW_COLLECTOR_BASE_STARTERS_H

#include <stdbool.h>

/* mpirun, srun, and what they start ranks by. */
bool mw_starters_has(const char *name);

/* The same of a process's name in /proc/PID/stat, which the kernel cuts after 15 bytes. */
bool mw_starters_has_comm(const char *comm);

/* Of these one that works for another: orted, a proxy of Hydra, slurmstepd. */
bool mw_starters_is_daemon(const char *name);

#endif
