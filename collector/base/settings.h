/* SPDX-License-Identifier: MIT */
/* The settings of the shim, by an environment variable or an option of `memwatch run`. One row each; the shim and the
 * launcher both use it for the variable's name, range and default. memwatch-pmpi(7) describes them. */
#ifndef MW_COLLECTOR_BASE_SETTINGS_H
#define MW_COLLECTOR_BASE_SETTINGS_H

/* Integers: MW_ROW(name, environment variable, minimum, maximum, default). */
#define MW_SETTINGS(MW_ROW)                                                                                \
    MW_ROW(EXACT, "MEMWATCH_EXACT", 0, 1, 0)                                                               \
    MW_ROW(RESET, "MEMWATCH_RESET", 0, 1, 1)                                                               \
    MW_ROW(OVERHEAD, "MEMWATCH_OVERHEAD", 0, 1000000, 10000)                                               \
    MW_ROW(SITE_DEPTH, "MEMWATCH_SITE_DEPTH", MW_SITE_DEPTH_MIN, MW_SITE_DEPTH_MAX, MW_SITE_DEPTH_DEFAULT) \
    MW_ROW(COLLECTIVE_PHASES, "MEMWATCH_COLLECTIVE_PHASES", 0, 1, 0)                                       \
    MW_ROW(SYSCALLS, "MEMWATCH_SYSCALLS", 0, 1, 1)                                                         \
    MW_ROW(GATHER, "MEMWATCH_GATHER", 0, 1, 0)                                                             \
    MW_ROW(HEAP, "MEMWATCH_HEAP", 0, 1, 1)                                                                 \
    MW_ROW(HEAP_INTERVAL, "MEMWATCH_HEAP_INTERVAL", MW_HEAP_INTERVAL_MIN, MW_HEAP_INTERVAL_MAX, MW_HEAP_INTERVAL_DEFAULT)

/* Number of stack frames that identify a call site. */
#define MW_SITE_DEPTH_MIN 1
#define MW_SITE_DEPTH_MAX 8
#define MW_SITE_DEPTH_DEFAULT 3

/* Mean bytes between two samples of small blocks. */
#define MW_HEAP_INTERVAL_MIN 4096
#define MW_HEAP_INTERVAL_MAX 4194304
#define MW_HEAP_INTERVAL_DEFAULT 65536

/* Time between two samples in ms, also of agents on other hosts. */
#define MW_INTERVAL_VARIABLE "MEMWATCH_INTERVAL_MS"
#define MW_INTERVAL_MIN 1
#define MW_INTERVAL_MAX 60000
#define MW_INTERVAL_DEFAULT 100

/* "1 to 8; default 3": the range of such a row for help texts. */
#define MW_SETTINGS_RANGE(row) \
    MW_SETTINGS_TEXT(row##_MIN) " to " MW_SETTINGS_TEXT(row##_MAX) "; default " MW_SETTINGS_TEXT(row##_DEFAULT)
#define MW_SETTINGS_TEXT(value) MW_SETTINGS_QUOTE(value)
#define MW_SETTINGS_QUOTE(value) #value

enum mw_setting {
#define MW_ROW(name, variable, minimum, maximum, default_value) MW_SETTING_##name,
    MW_SETTINGS(MW_ROW)
#undef MW_ROW
        MW_SETTING_COUNT
};

#endif
