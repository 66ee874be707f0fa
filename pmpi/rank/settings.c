/* SPDX-License-Identifier: MIT */
#include "pmpi/rank/settings.h"

#include "collector/base/settings.h"
#include "pmpi/base/log.h"

#include <stdlib.h>

static const struct variable {
    const char *name;
    long least, most, default_value;
} variables[MW_SETTING_COUNT] = {
#define MW_ROW(name, variable, minimum, maximum, default_value) \
    [MW_SETTING_##name] = {variable, minimum, maximum, default_value},
    MW_SETTINGS(MW_ROW)
#undef MW_ROW
};

/* Sets `value` to the variable's value or its default. Returns false if the variable's value is invalid. */
static bool read_number(const struct variable *variable, long *value)
{
    const char *text = getenv(variable->name);
    char *end;

    *value = variable->default_value;
    if (!text || !*text)
        return true;
    *value = strtol(text, &end, 10);
    if (!*end && *value >= variable->least && *value <= variable->most)
        return true;
    *value = variable->default_value;
    return false;
}

static long number(enum mw_setting setting)
{
    long value;

    read_number(&variables[setting], &value);
    return value;
}

struct mw_settings mw_settings_read(void)
{
    return (struct mw_settings){
        .exact = number(MW_SETTING_EXACT),
        .reset = number(MW_SETTING_RESET),
        .budget_ppm = (uint32_t)number(MW_SETTING_OVERHEAD),
        .site_depth = (int)number(MW_SETTING_SITE_DEPTH),
        .collective_phases = number(MW_SETTING_COLLECTIVE_PHASES),
        .syscalls = number(MW_SETTING_SYSCALLS),
        .gather = number(MW_SETTING_GATHER),
        .heap = number(MW_SETTING_HEAP),
    };
}

void mw_settings_warn(void)
{
    long value;

    for (size_t i = 0; i < MW_SETTING_COUNT; i++)
        if (!read_number(&variables[i], &value))
            mw_log("memwatch: %s=%.40s is not an integer from %ld to %ld: using %ld\n", variables[i].name,
                   getenv(variables[i].name), variables[i].least, variables[i].most, value);
}
