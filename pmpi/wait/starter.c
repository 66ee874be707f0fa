/* SPDX-License-Identifier: MIT */
#include "pmpi/wait/starter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What their names begin with: mpiexec.hydra, mpirun.openmpi, hydra_pmi_proxy ... */
static const char *const names[] = {
    "mpirun", "mpiexec", "orterun", "oshrun", "prterun", "orted", "prted", "prte", "hydra_", "mpispawn", "palsd",
    "plexec", "jsmd", "pbs_demux",
};

/* Not SLURM_PROCID: every command of a batch script has it. */
static const char *const variables[] = {
    "PMI_RANK",     "PMIX_RANK",     "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK",
    "PALS_RANKID",  "FLUX_TASK_RANK", "JSM_NAMESPACE_RANK",
};

static bool is_name(const char *name)
{
    for (size_t i = 0; i < COUNT(names); i++)
        if (!strncmp(name, names[i], strlen(names[i])))
            return true;
    return false;
}

bool mw_wait_starter_is_known(void)
{
    char path[512];
    ssize_t length;
    const char *slash;

    if (is_name(program_invocation_short_name))
        return true;
    length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    return slash && is_name(slash + 1);
}

bool mw_wait_starter_is_around_rank(void)
{
    for (size_t i = 0; i < COUNT(variables); i++)
        if (getenv(variables[i]))
            return true;
    return false;
}
