/* SPDX-License-Identifier: MIT */
/* The rank's memory over time in a fixed number of slices, whose length doubles when the run outgrows them. Callers
 * hold the rank's lock. */
#ifndef MW_PMPI_MEASURE_TIMELINE_H
#define MW_PMPI_MEASURE_TIMELINE_H

#include <stdint.h>

#define MW_TIMELINE_FIRST_TICK_NS 1000000ULL

/* Between `from_ns` and `to_ns` (CLOCK_MONOTONIC) memory reached `peak` bytes, and was `rss` bytes at the end. */
void mw_timeline_add(uint64_t from_ns, uint64_t to_ns, uint64_t peak, uint64_t rss);

#endif
