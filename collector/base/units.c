/* SPDX-License-Identifier: MIT */
#include "collector/base/units.h"

#include "collector/base/clock.h"

#include <stdio.h>
#include <string.h>

struct mw_units mw_units_bytes(uint64_t bytes)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    struct mw_units u;
    double value = (double)bytes;
    int unit = 0;

    /* Use the next unit if rounding would show 1024 of this one. */
    while (unit < 6 && value >= (unit < 2 ? 1023.5 : 1023.95)) {
        value /= 1024;
        unit++;
    }
    snprintf(u.text, sizeof(u.text), "%.*f %s", unit < 2 ? 0 : 1, value, names[unit]);
    return u;
}

struct mw_units mw_units_change(int64_t bytes)
{
    uint64_t size = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
    struct mw_units plain = mw_units_bytes(size), u;

    if (bytes == 0)
        snprintf(u.text, sizeof(u.text), "0");
    else
        snprintf(u.text, sizeof(u.text), "%c%.30s", bytes < 0 ? '-' : '+', plain.text);
    return u;
}

static int digits(double value)
{
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

struct mw_units mw_units_time(uint64_t ns)
{
    struct mw_units u;
    double value = (double)ns;
    uint64_t seconds = ns / MW_NS_PER_SEC + (ns % MW_NS_PER_SEC >= MW_NS_PER_SEC / 2);
    const char *unit = value < 1e3 ? "ns" : value < 999.5e3 ? "µs" : value < 999.5e6 ? "ms" : "s";

    if (seconds >= 3600)
        snprintf(u.text, sizeof(u.text), "%llu h %02llu min", (unsigned long long)(seconds / 3600),
                 (unsigned long long)(seconds % 3600 / 60));
    else if (seconds >= 120)
        snprintf(u.text, sizeof(u.text), "%llu min %02llu s", (unsigned long long)(seconds / 60),
                 (unsigned long long)(seconds % 60));
    else if (value < 1e3)
        snprintf(u.text, sizeof(u.text), "%llu ns", (unsigned long long)ns);
    else {
        value /= value < 999.5e3 ? 1e3 : value < 999.5e6 ? 1e6 : 1e9;
        snprintf(u.text, sizeof(u.text), "%.*f %s", digits(value), value, unit);
    }
    return u;
}

/* A mean of numbers up to 2^64 may round up to 2^64, which does not fit a uint64_t. */
static uint64_t to_unsigned(double mean)
{
    return mean >= 18446744073709551615.0 ? UINT64_MAX : mean > 0 ? (uint64_t)mean : 0;
}

struct mw_units mw_units_bytes_mean(double bytes)
{
    return mw_units_bytes(to_unsigned(bytes));
}

struct mw_units mw_units_time_mean(double ns)
{
    return mw_units_time(to_unsigned(ns));
}

struct mw_units mw_units_count(uint64_t count)
{
    struct mw_units u;
    char plain[24];
    int length = snprintf(plain, sizeof(plain), "%llu", (unsigned long long)count), out = 0;

    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            u.text[out++] = ',';
        u.text[out++] = plain[i];
    }
    u.text[out] = '\0';
    return u;
}

struct mw_units mw_units_percent(double share)
{
    struct mw_units u;
    double percent = share * 100;

    if (percent > 0 && percent < 0.01)
        snprintf(u.text, sizeof(u.text), "< 0.01 %%");
    else
        snprintf(u.text, sizeof(u.text), "%.*f %%", digits(percent), percent);
    return u;
}
