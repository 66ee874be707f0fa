/* SPDX-License-Identifier: MIT */
/* A synthetic kernel's account of the memory of one process, in place of pmpi/measure/meter.c. */
#ifndef MW_TESTS_MADE_METER_H
#define MW_TESTS_MADE_METER_H

#include <stdbool.h>
#include <stdint.h>

struct made_meter {
    uint64_t rss, mark; /* bytes, the kernel's current values */
    bool answers;       /* mw_meter_read() and its kin succeed */
    bool resets;        /* mw_meter_reset() succeeds */
    unsigned reads, resets_asked, mark_reads, rss_reads, finds;
    uint64_t address_limit, data_limit, address_peak, data; /* of mw_meter_read_space(); none: it returns false */
};

extern struct made_meter made_meter;

/* Starts again with this RSS, and a kernel whose reads and resets succeed. */
void made_meter_start(uint64_t rss);

/* Memory grows or shrinks; a temporary peak. */
void made_meter_set(uint64_t rss);
void made_meter_peak(uint64_t peak);

#endif
