/* SPDX-License-Identifier: MIT */
/* A kernel's account of one process's memory, made up by a test, in place of pmpi/measure/meter.c. */
#ifndef MW_TESTS_MADE_METER_H
#define MW_TESTS_MADE_METER_H

#include <stdbool.h>
#include <stdint.h>

struct made_meter {
    uint64_t rss, mark; /* bytes, as the kernel has them now */
    bool answers;       /* mw_meter_read() and mw_meter_read_mark() do */
    bool resets;        /* mw_meter_reset() does */
    unsigned reads, resets_asked, mark_reads, finds;
    uint64_t address_limit, data_limit, address_peak, data; /* what mw_meter_read_space() gives; no limits: it says false */
};

extern struct made_meter made_meter;

/* Begins anew with so much memory, and a kernel that answers and resets. */
void made_meter_start(uint64_t rss);

/* Memory comes, or goes; a peak comes and goes. */
void made_meter_set(uint64_t rss);
void made_meter_peak(uint64_t peak);

#endif
