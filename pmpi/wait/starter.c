/* SPDX-License-Identifier: MIT */
#include "pmpi/wait/starter.h"

#include "collector/base/starters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not SLURM_PROCID: every command of a batch script has it. */
static const char *const variables[] = {
    "PMI_RANK",     "PMIX_RANK",     "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK",
    "PALS_RANKID",  "FLUX_TASK_RANK", "JSM_NAMESPACE_RANK",
};

bool mw_wait_starter_is_known(void)
{
    char path[512];
    ssize_t length;
    const char *slash;

    if (mw_starters_waits(program_invocation_short_name))
        return true;
    length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    return slash && mw_starters_waits(slash + 1);
}

bool mw_wait_starter_is_around_rank(void)
{
    for (size_t i = 0; i < COUNT(variables); i++)
        if (getenv(variables[i]))
            return true;
    return false;
}
