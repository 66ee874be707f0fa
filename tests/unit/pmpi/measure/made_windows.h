/* SPDX-License-Identifier: MIT */
/* A rank that is observed by readings of made_meter, and what observe.c calls of the shim. */
#ifndef MW_TESTS_UNIT_PMPI_MEASURE_MADE_WINDOWS_H
#define MW_TESTS_UNIT_PMPI_MEASURE_MADE_WINDOWS_H

#include "pmpi/measure/observe.h"
#include "pmpi/rank/rank.h"
#include "tests/unit/pmpi/measure/made_meter.h"

#define MIB ((uint64_t)1 << 20)
#define KIB ((uint64_t)1 << 10)

/* What mw_timeline_add() was called with last, and how often. */
struct made_added {
    uint64_t from, to, peak, rss;
    unsigned count;
};

extern struct made_added made_added;
extern unsigned made_watched[MW_RECORD_SITES]; /* how often mw_governor_watch() was called */

/* For each test: an empty journal of a rank with 100 MiB. */
int made_set_up(void **state);
int made_tear_down(void **state);
const struct mw_state *made_state(void);

#endif
