/* SPDX-License-Identifier: MIT */
/* The list of programs that start ranks, of all MPIs, by the base names of their files. */
#ifndef MW_COLLECTOR_BASE_STARTERS_H
#define MW_COLLECTOR_BASE_STARTERS_H

#include <stdbool.h>

enum mw_starter_family { MW_STARTER_NONE, MW_STARTER_ANY, MW_STARTER_OPENMPI, MW_STARTER_HYDRA, MW_STARTER_SLURM };

/* mpirun, srun, and their helpers that start ranks. NONE: not such a program; ANY: of an unknown family (several MPIs have
 * an mpirun). */
enum mw_starter_family mw_starters_family(const char *name);

/* Whether a name in /proc/PID/stat, which the kernel cuts to 15 bytes, is that of such a program. */
bool mw_starters_has_comm(const char *comm);

/* Whether it is a helper of another starter: orted, a proxy of Hydra, slurmstepd. */
bool mw_starters_is_daemon(const char *name);

/* Whether a word of a command line, with or without a path, is an mpirun under one of its names, of any MPI. Names with a
 * suffix match as well (mpirun.real, mpiexec-4.1). */
bool mw_starters_is_mpirun(const char *word);

/* Whether such a word starts ranks: an mpirun, srun, flux ... */
bool mw_starters_is_command(const char *word);

/* Whether children of a program of this name are ranks, or start ranks on their host. Names with a suffix match as well. */
bool mw_starters_waits(const char *name);

#endif
