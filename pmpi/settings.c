/* SPDX-License-Identifier: MIT */
#include "pmpi/settings.h"

#include "pmpi/say.h"

#include <stdlib.h>

/* Whole numbers, and what holds without them. */
static const struct variable {
    const char *name;
    long low, high, otherwise;
} exact = {"MEMWATCH_EXACT", 0, 1, 0}, reset = {"MEMWATCH_RESET", 0, 1, 1},
  overhead = {"MEMWATCH_OVERHEAD", 0, 1000000, 10000}, site_depth = {"MEMWATCH_SITE_DEPTH", 1, 8, 3},
  syscalls = {"MEMWATCH_SYSCALLS", 0, 1, 1}, gather = {"MEMWATCH_GATHER", 0, 1, 0};

/* Returns false when it is set to something else. */
static bool read_number(const struct variable *variable, long *value)
{
    const char *text = getenv(variable->name);
    char *end;

    *value = variable->otherwise;
    if (!text || !*text)
        return true;
    *value = strtol(text, &end, 10);
    if (!*end && *value >= variable->low && *value <= variable->high)
        return true;
    *value = variable->otherwise;
    return false;
}

static long number(const struct variable *variable)
{
    long value;

    read_number(variable, &value);
    return value;
}

struct mw_settings mw_settings_read(void)
{
    return (struct mw_settings){
        .exact = number(&exact),
        .reset = number(&reset),
        .budget_ppm = (uint32_t)number(&overhead),
        .site_depth = (int)number(&site_depth),
        .syscalls = number(&syscalls),
        .gather = number(&gather),
    };
}

void mw_settings_complain(void)
{
    const struct variable *const all[] = {&exact, &reset, &overhead, &site_depth, &syscalls, &gather};
    long value;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!read_number(all[i], &value))
            mw_say("memwatch: %s=%.40s is not a whole number from %ld to %ld: taken as %ld\n", all[i]->name,
                   getenv(all[i]->name), all[i]->low, all[i]->high, value);
}
