/* SPDX-License-Identifier: MIT */
/* Formats numbers for people. Each function returns its text by value. */
#ifndef MW_COLLECTOR_BASE_UNITS_H
#define MW_COLLECTOR_BASE_UNITS_H

#include <stdint.h>

struct mw_units {
    char text[32];
};

struct mw_units mw_units_bytes(uint64_t bytes);    /* "512 B", "368 KiB", "64.0 MiB" */
struct mw_units mw_units_change(int64_t bytes);    /* the same with its sign: "+1.5 MiB", "-8 KiB", "0" */
struct mw_units mw_units_time(uint64_t ns);        /* "340 ns", "1.23 ms", "3.21 s", "2 min 05 s", "1 h 02 min" */
struct mw_units mw_units_bytes_mean(double bytes); /* for means, which may be any number */
struct mw_units mw_units_time_mean(double ns);
struct mw_units mw_units_count(uint64_t count); /* "1,234,567" */
struct mw_units mw_units_percent(double share); /* a share of 1: "0.31 %", "12 %" */

#endif
