/* SPDX-License-Identifier: MIT */
#include "collector/base/starters.h"

#include <stddef.h>
#include <string.h>

enum { DAEMON = 1, COMMAND = 2, MPIRUN = 4, WAITS = 8 };

static const struct starter {
    char name[20];
    unsigned char family, flags;
} starters[] = {
    {"mpirun", MW_STARTER_ANY, COMMAND | MPIRUN | WAITS},
    {"mpiexec", MW_STARTER_ANY, COMMAND | MPIRUN | WAITS},
    {"mpirun.openmpi", MW_STARTER_OPENMPI, COMMAND | MPIRUN | WAITS},
    {"mpiexec.openmpi", MW_STARTER_OPENMPI, COMMAND | MPIRUN | WAITS},
    {"orterun", MW_STARTER_OPENMPI, COMMAND | MPIRUN | WAITS},
    {"oshrun", MW_STARTER_OPENMPI, COMMAND | MPIRUN | WAITS},
    {"prterun", MW_STARTER_OPENMPI, COMMAND | WAITS},
    {"prun", MW_STARTER_OPENMPI, COMMAND},
    {"prte", MW_STARTER_OPENMPI, WAITS},
    {"prted", MW_STARTER_OPENMPI, DAEMON | WAITS},
    {"orted", MW_STARTER_OPENMPI, DAEMON | WAITS},
    {"mpirun.mpich", MW_STARTER_HYDRA, COMMAND | MPIRUN | WAITS},
    {"mpiexec.mpich", MW_STARTER_HYDRA, COMMAND | MPIRUN | WAITS},
    {"mpirun.hydra", MW_STARTER_HYDRA, COMMAND | MPIRUN | WAITS},
    {"mpiexec.hydra", MW_STARTER_HYDRA, COMMAND | MPIRUN | WAITS},
    {"hydra_pmi_proxy", MW_STARTER_HYDRA, DAEMON | WAITS},
    {"hydra_bstrap_proxy", MW_STARTER_HYDRA, DAEMON | WAITS},
    {"srun", MW_STARTER_SLURM, COMMAND},
    {"slurmstepd", MW_STARTER_SLURM, DAEMON},
    {"flux", MW_STARTER_ANY, COMMAND},
    {"flux-shell", MW_STARTER_ANY, DAEMON | WAITS},
    {"jsrun", MW_STARTER_ANY, COMMAND}, /* IBM's JSM */
    {"jsmd", MW_STARTER_ANY, DAEMON | WAITS},
    {"aprun", MW_STARTER_ANY, COMMAND}, /* Cray's ALPS and PALS */
    {"palsd", MW_STARTER_ANY, DAEMON | WAITS},
    {"mpispawn", MW_STARTER_ANY, DAEMON | WAITS}, /* MVAPICH2's */
    {"plexec", MW_STARTER_ANY, DAEMON | WAITS},
    {"pbs_demux", MW_STARTER_ANY, DAEMON | WAITS},
};
#define COUNT (sizeof(starters) / sizeof(starters[0]))

static const struct starter *find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(name, starters[i].name))
            return &starters[i];
    return NULL;
}

/* "mpirun.real" begins with "mpirun". */
static bool begins_as(const char *name, unsigned char flags)
{
    for (size_t i = 0; i < COUNT; i++)
        if ((starters[i].flags & flags) && !strncmp(name, starters[i].name, strlen(starters[i].name)))
            return true;
    return false;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

enum mw_starter_family mw_starters_family(const char *name)
{
    const struct starter *starter = find(name);

    return starter ? starter->family : MW_STARTER_NONE;
}

bool mw_starters_has_comm(const char *comm)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strncmp(comm, starters[i].name, 15))
            return true;
    return false;
}

bool mw_starters_is_daemon(const char *name)
{
    const struct starter *starter = find(name);

    return starter && (starter->flags & DAEMON);
}

bool mw_starters_is_mpirun(const char *word)
{
    return begins_as(base_name(word), MPIRUN);
}

bool mw_starters_is_command(const char *word)
{
    const struct starter *starter = find(base_name(word));

    return (starter && (starter->flags & COMMAND)) || mw_starters_is_mpirun(word);
}

bool mw_starters_waits(const char *name)
{
    return begins_as(name, WAITS);
}
