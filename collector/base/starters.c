/* SPDX-License-Identifier: MIT */
#include "collector/base/starters.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    bool is_daemon;
} starters[] = {
    {"mpirun", false}, {"mpiexec", false}, {"orterun", false}, {"prterun", false}, {"prun", false}, {"prte", false},
    {"mpiexec.hydra", false}, {"mpirun.hydra", false}, {"mpiexec.openmpi", false}, {"mpirun.openmpi", false},
    {"mpirun.mpich", false}, {"mpiexec.mpich", false}, {"srun", false},
    {"orted", true}, {"prted", true}, {"hydra_pmi_proxy", true}, {"hydra_bstrap_proxy", true}, {"slurmstepd", true},
    {"flux-shell", true},
};

static int find(const char *name)
{
    for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++)
        if (!strcmp(name, starters[i].name))
            return (int)i;
    return -1;
}

bool mw_starters_has(const char *name)
{
    return find(name) >= 0;
}

bool mw_starters_has_comm(const char *comm)
{
    for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++)
        if (!strncmp(comm, starters[i].name, 15))
            return true;
    return false;
}

bool mw_starters_is_daemon(const char *name)
{
    int found = find(name);

    return found >= 0 && starters[found].is_daemon;
}
