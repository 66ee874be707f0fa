/* SPDX-License-Identifier: MIT */
/* What a user can ask of the shim, by an environment variable or an option of `memwatch run`: one row each, from which both sides
 * take the variable's name, its range and its default. memwatch-pmpi(7) describes them. */
#ifndef MW_COLLECTOR_BASE_SETTINGS_H
#define MW_COLLECTOR_BASE_SETTINGS_H

/* Integers: MW_ROW(name, environment variable, least, most, default). */
#define MW_SETTINGS(MW_ROW)                                        \
    MW_ROW(EXACT, "MEMWATCH_EXACT", 0, 1, 0)                       \
    MW_ROW(RESET, "MEMWATCH_RESET", 0, 1, 1)                       \
    MW_ROW(OVERHEAD, "MEMWATCH_OVERHEAD", 0, 1000000, 10000)       \
    MW_ROW(SITE_DEPTH, "MEMWATCH_SITE_DEPTH", MW_SITE_DEPTH_LEAST, MW_SITE_DEPTH_MOST, MW_SITE_DEPTH_DEFAULT) \
    MW_ROW(SYSCALLS, "MEMWATCH_SYSCALLS", 0, 1, 1)                 \
    MW_ROW(GATHER, "MEMWATCH_GATHER", 0, 1, 0)

/* Frames by which call sites are told apart. */
#define MW_SITE_DEPTH_LEAST 1
#define MW_SITE_DEPTH_MOST 8
#define MW_SITE_DEPTH_DEFAULT 3

/* Between two samples, in ms; for agents on other hosts, too. */
#define MW_INTERVAL_VARIABLE "MEMWATCH_INTERVAL_MS"
#define MW_INTERVAL_LEAST 1
#define MW_INTERVAL_MOST 60000
#define MW_INTERVAL_DEFAULT 100

/* "1 to 8; default 3", of such a row, for help texts. */
#define MW_SETTINGS_RANGE(row) MW_SETTINGS_TEXT(row##_LEAST) " to " MW_SETTINGS_TEXT(row##_MOST) "; default " MW_SETTINGS_TEXT(row##_DEFAULT)
#define MW_SETTINGS_TEXT(value) MW_SETTINGS_QUOTE(value)
#define MW_SETTINGS_QUOTE(value) #value

enum mw_setting {
#define MW_ROW(name, variable, least, most, otherwise) MW_SETTING_##name,
    MW_SETTINGS(MW_ROW)
#undef MW_ROW
    MW_SETTING_COUNT
};

#endif
