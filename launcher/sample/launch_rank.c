/* SPDX-License-Identifier: MIT */
#include "launcher/sample/launch_rank.h"

#include "collector/base/launch_variables.h"
#include "launcher/process/environment.h"

#include <string.h>

int32_t mw_launch_rank_parse(const char *environment, size_t size, char *(*own)(const char *name))
{
    if (!size || environment[size - 1]) /* truncated, or changed by the program */
        return -1;
    for (size_t i = 0; i < MW_LAUNCH_VARIABLES; i++) {
        const char *name = mw_launch_variables[i].rank;
        const char *value = mw_environment_value(environment, size, name), *ours = own(name);
        if (value && mw_launch_number(value) >= 0 && (!ours || strcmp(ours, value)))
            return mw_launch_number(value);
    }
    return -1;
}
