/* SPDX-License-Identifier: MIT */
#include "pmpi/wait/starter.h"

#include "collector/base/launch_variables.h"
#include "collector/base/starters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Not srun's: every command of a batch script has SLURM_PROCID, so it does not identify a rank. */
bool mw_wait_starter_is_around_rank(void)
{
    for (size_t i = 0; i < MW_LAUNCH_VARIABLES; i++)
        if (strcmp(mw_launch_variables[i].launcher, "srun") != 0 && getenv(mw_launch_variables[i].rank))
            return true;
    return false;
}
