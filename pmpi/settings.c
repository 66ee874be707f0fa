/* SPDX-License-Identifier: MIT */
#include "pmpi/settings.h"

#include <stdlib.h>

/* A whole number from `low` to `high`, or the default. */
static long number(const char *name, long low, long high, long otherwise)
{
    const char *text = getenv(name);
    char *end;
    long value;

    if (!text || !*text)
        return otherwise;
    value = strtol(text, &end, 10);
    return *end || value < low || value > high ? otherwise : value;
}

struct mw_settings mw_settings_read(void)
{
    return (struct mw_settings){
        .exact = number("MEMWATCH_EXACT", 0, 1, 0),
        .reset = number("MEMWATCH_RESET", 0, 1, 1),
        .budget_ppm = (uint32_t)number("MEMWATCH_OVERHEAD", 0, 1000000, 10000),
        .site_depth = (int)number("MEMWATCH_SITE_DEPTH", 1, 8, 3),
    };
}
