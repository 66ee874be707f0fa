/* SPDX-License-Identifier: MIT */
/* Programs that start ranks, whatever the MPI, by the base names of their files: the one list of them. */
#ifndef MW_COLLECTOR_BASE_STARTERS_H
#define MW_COLLECTOR_BASE_STARTERS_H

#include <stdbool.h>

enum mw_starter_family { MW_STARTER_NONE, MW_STARTER_ANY, MW_STARTER_OPENMPI, MW_STARTER_HYDRA, MW_STARTER_SLURM };

/* mpirun, srun, and what they start ranks by. NONE: it is not such a program; ANY: of no known family (several MPIs have an
 * mpirun). */
enum mw_starter_family mw_starters_family(const char *name);

/* The same of a process's name in /proc/PID/stat, which the kernel cuts after 15 bytes: whether it is one. */
bool mw_starters_has_comm(const char *comm);

/* One that works for another: orted, a proxy of Hydra, slurmstepd. */
bool mw_starters_is_daemon(const char *name);

/* Whether a word of a command line, as a path or without one, is an mpirun under one of its names, whichever MPI's. Names with
 * something behind count as well (mpirun.real, mpiexec-4.1). */
bool mw_starters_is_mpirun(const char *word);

/* Whether such a word starts ranks: an mpirun, srun, flux ... */
bool mw_starters_is_command(const char *word);

/* Whether children of a program of this name are ranks, or start ranks on their host. Names with something behind count as
 * well. */
bool mw_starters_waits(const char *name);

#endif
